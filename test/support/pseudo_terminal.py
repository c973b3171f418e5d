# Runs a command at a pseudo-terminal and types into it. The plan comes as JSON on standard input, and what was seen goes
# as JSON to standard output.
import fcntl, json, os, pty, select, struct, sys, termios, time

LONGEST = 50  # seconds

plan = json.load(sys.stdin)
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, plan['columns'], 0, 0))

child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)
    os.execv(plan['command'][0], plan['command'])

screen = b''
echoed = []
deadline = time.monotonic() + LONGEST


def flags():
    return termios.tcgetattr(slave)[3]


def read(patience):
    global screen
    if select.select([master], [], [], patience)[0]:
        screen += os.read(master, 65536)
        return True
    return False


def give_up(why):
    os.kill(child, 9)
    os.waitpid(child, 0)
    sys.exit(f'{why}; the screen: {screen!r}')


seen = 0
for step in plan['steps']:
    wanted = step['wait'].encode()
    while wanted not in screen[seen:]:
        if time.monotonic() > deadline:
            give_up(f'{step["wait"]!r} did not come')
        read(0.2)
    seen = screen.index(wanted, seen) + len(wanted)
    echoed.append(bool(flags() & termios.ECHO))
    os.write(master, step['type'].encode())

while True:
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        break
    if time.monotonic() > deadline:
        give_up('it did not end')
    read(0.05)
while read(0):
    pass

restored = bool(flags() & termios.ECHO) and bool(flags() & termios.ICANON)
code = os.waitstatus_to_exitcode(status)
print(json.dumps({'code': code, 'screen': screen.decode(), 'echoed': echoed, 'restored': restored}))
