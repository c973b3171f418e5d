// Loaded before a tool: what judges a file needs nobody's help, and has nothing to tell anybody.
import { Socket } from 'node:net';

Socket.prototype.connect = function connect() {
  process.stderr.write('The tool has tried to reach the network.\n');
  process.exit(70);
};
