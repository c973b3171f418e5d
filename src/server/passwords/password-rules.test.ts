import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommonPasswords } from './common-passwords.js';
import { isMadeOf } from './made-of.js';
import { PasswordRules } from './password-rules.js';

const common = new CommonPasswords();
const rules = new PasswordRules(common, { publicUrl: 'https://auth.orchard.example:8443/gate' });
const MARIA = { username: 'maria.r', email: 'm.rossi@mail.example', name: 'María José Rossi' };

const faultOf = (password: string, owner: object = MARIA) => rules.faultOf(password, owner);

describe('ASVS 6.2: a new password', () => {
  it('ASVS 6.2.1, 6.2.9: has 8 to 128 characters, counted as people count', async () => {
    for (const unit of ['ü', '🦊', '漢']) {
      expect(await faultOf(unit.repeat(7)), unit).toBe('length');
      expect(await faultOf(unit.repeat(8)), unit).toBeUndefined();
      expect(await faultOf(unit.repeat(128)), unit).toBeUndefined();
      expect(await faultOf(unit.repeat(129)), unit).toBe('length');
    }
  });

  it('ASVS 6.2.5: may be of any characters', async () => {
    for (const password of ['correct horse', '        ', 'nul\0inside', 'zeilen\nbruch', '7391846250', '¿¡…—“”§¶']) {
      expect(await faultOf(password), JSON.stringify(password)).toBeUndefined();
    }
    // Half of a character, which would be hashed as something else.
    expect(await faultOf('half a \uD800')).toBe('length');
  });

  it('ASVS 6.2.4: is none of the 3,000 most common ones of that length, whatever their case', async () => {
    expect(await common.count()).toBeGreaterThan(3_000);
    for (const password of [
      'password',
      'PassWord',
      'ｐａｓｓｗｏｒｄ',
      '12345678',
      'qwertyuiop',
      'iloveyou',
      'trustno1',
      '1q2w3e4r',
    ]) {
      expect(await faultOf(password), password).toBe('common');
    }
    for (const password of ['password1', 'Password2026!', ' password ', '!!Superman!!']) {
      expect(await faultOf(password), password).toBe('common');
    }
    // Whose digits are no more than a year are guessed; whose are a secret of their own, aren't.
    expect(await faultOf('password-7391-8462-5028')).toBeUndefined();
  });

  it('ASVS 6.2.11: isn’t made of what is known of the person and the service', async () => {
    for (const password of [
      'Maria.R-2026',
      'm.rossi@mail.example',
      'M.ROSSI@mail.example1',
      'rossimaria',
      'mariamaria',
      'Jose-Rossi!!',
      'RossiMaría',
      '1987rossi0412',
      'Gatehouse1',
      'auth.orchard',
      'orchard2026!',
      'rossi@gatehouse',
    ]) {
      expect(await faultOf(password), password).toBe('made-of-names');
    }
    for (const password of [
      'plum rossi kettle',
      'gatehouse of my aunt',
      'mariachi band',
      '7391846250',
      'rosso maria',
    ]) {
      expect(await faultOf(password), password).toBeUndefined();
    }
  });

  it('isn’t the mask of one, as Swagger UI and forms show it', async () => {
    for (const password of ['********', '•'.repeat(12), '●●●●●●●●']) expect(await faultOf(password)).toBe('mask');
    for (const password of ['******** plum', '-_-_-_-_-']) expect(await faultOf(password)).toBeUndefined();
  });

  it('isn’t made of a user name that is all digits', async () => {
    expect(await faultOf('19870412', { username: '19870412' })).toBe('made-of-names');
    expect(await faultOf('73918462', { username: '19870412' })).toBeUndefined();
  });

  it('names its field, and says what to do', async () => {
    const refusal = rules.require('password', MARIA, 'newPassword');
    await expect(refusal).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^newPassword is one of .* Take another/),
      errors: [{ path: 'newPassword', message: expect.stringMatching(/^newPassword /) }],
    });
    await expect(rules.require('1234567', MARIA, 'password')).rejects.toThrow('15 or more are advised');
    await expect(rules.require('plum kettle seven', MARIA, 'password')).resolves.toBeUndefined();
  });
});

describe('isMadeOf', () => {
  const WORD = fc.stringMatching(/^[a-z]{3,8}$/);

  it('finds words in any order among digits and punctuation', () => {
    fc.assert(
      fc.property(
        fc.array(WORD, { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.constantFrom('', '1', '-', '2!')),
        (words, noise) => {
          const password = words.map((word) => word + (noise.next().value ?? '')).join('');
          expect(isMadeOf(password, words)).toBe(true);
          expect(
            isMadeOf(
              `${password}Q`,
              words.filter((word) => !word.endsWith('q')),
            ),
          ).toBe(false);
        },
      ),
    );
  });

  it('takes no time to speak of for what could be split in very many ways', () => {
    const start = performance.now();
    isMadeOf(`${'a'.repeat(127)}b`, ['a', 'aa', 'aaa', 'aaaa', 'aaaaa']);
    expect(performance.now() - start).toBeLessThan(100);
  });
});
