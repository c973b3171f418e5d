import type { MailKind } from './mail.js';
import type { MailFacts } from './mail-template.js';
import type { MailWords } from './render-mail.js';

const LINK = 'The link is good for an hour, and once. Opening it changes nothing yet; the page asks first.';
const NOT_YOU = 'If it wasn’t you, ignore this mail.';

/** The mails in English. Another language is another table of this shape. */
export const ENGLISH: Readonly<Record<MailKind, (facts: MailFacts) => MailWords>> = {
  'verify-email': (facts) => ({
    subject: 'Confirm your mail address',
    before: [
      hello(facts),
      `Somebody, presumably you, has given this mail address for an account at ${facts.service}. Please confirm that it is yours.`,
    ],
    action: { label: 'Confirm the mail address', link: facts.link! },
    after: [LINK, `${NOT_YOU} Nobody can confirm the address without it.`],
  }),

  'reset-password': (facts) => ({
    subject: 'Choose a new password',
    before: [
      hello(facts),
      `Somebody, presumably you, has asked for a new password for ${yourAccount(facts)}. Here you can choose one.`,
    ],
    action: { label: 'Choose a new password', link: facts.link! },
    after: [LINK, `${NOT_YOU} Your password stays as it is.`],
  }),

  invitation: (facts) => ({
    subject: `Your account at ${facts.service}`,
    before: [
      hello(facts),
      `An account has been made for you at ${facts.service}.${facts.account ? ` Your user name is ${facts.account.username}.` : ''} Choose a password, and you can log in.`,
    ],
    action: { label: 'Choose a password', link: facts.link! },
    after: [
      `${LINK} If you are too late, ask there for a new password, by “forgotten password” and this mail address.`,
      'If you don’t know what this is about, ignore this mail, or ask your administrator.',
    ],
  }),

  'already-registered': (facts) => ({
    subject: 'You have an account already',
    before: [
      hello(facts),
      `Somebody, presumably you, has tried to register at ${facts.service} with this mail address, or to give it to another account. There is an account with it already${facts.account ? `, with the user name ${facts.account.username}` : ''}, so nothing was done.`,
      'If you have forgotten the password, ask there for a new one, by “forgotten password” and this mail address.',
    ],
    after: ['If it wasn’t you, there is nothing to do. Whoever it was has not been told that you have an account.'],
  }),

  'username-taken': (facts) => ({
    subject: 'Choose another user name',
    before: [
      hello(facts),
      `Somebody, presumably you, has tried to register at ${facts.service} with this mail address. The user name is somebody else’s, so no account was made. Please register again, with another user name.`,
    ],
    after: [NOT_YOU],
  }),

  'email-change-requested': (facts) => ({
    subject: 'Your mail address is to be changed',
    before: [
      hello(facts),
      `Somebody, presumably you, asked on ${facts.at} to change the mail address of ${yourAccount(facts)}${facts.data['newEmail'] ? ` to ${facts.data['newEmail']}` : ''}. It changes when the new address has been confirmed. Until then all is as it was.`,
    ],
    after: [
      'If it wasn’t you, somebody else can use your account. Change your password now, which ends all other logins, and tell your administrator.',
    ],
  }),

  'email-changed': (facts) => ({
    subject: 'Your mail address has been changed',
    before: [
      hello(facts),
      `The mail address of ${yourAccount(facts)} was changed on ${facts.at}${facts.data['newEmail'] ? ` to ${facts.data['newEmail']}` : ''}. From now on mails go there, and none to this address.`,
    ],
    after: ['If it wasn’t you, tell your administrator at once: somebody else may be using your account.'],
  }),

  'password-changed': (facts) => ({
    subject: 'Your password has been changed',
    before: [
      hello(facts),
      `The password of ${yourAccount(facts)} was changed on ${facts.at}. Where you were logged in elsewhere, you have to log in again.`,
    ],
    after: [
      'If it wasn’t you, ask there for a new password at once, by “forgotten password” and this mail address, and tell your administrator.',
    ],
  }),

  'login-attack': (facts) => ({
    subject: 'Somebody may be guessing your password',
    before: [
      hello(facts),
      `Up to ${facts.at}, many wrong passwords were typed for ${yourAccount(facts)}${facts.data['address'] ? `, the last one from the address ${facts.data['address']}` : ''}. Whoever it is has to wait longer after each.`,
      'You can go on logging in. If you have to wait too, use a device on which you have logged in before.',
    ],
    after: [
      'If it was you, and you have forgotten the password, ask for a new one, by “forgotten password” and this mail address.',
      'If it wasn’t you, and your password is a long one that you use nowhere else, there is nothing to do. Otherwise choose another.',
    ],
  }),
};

function hello({ account }: MailFacts): string {
  const name = account && (account.name || account.username);
  return name ? `Hello ${name},` : 'Hello,';
}

function yourAccount({ account, service }: MailFacts): string {
  return `your account${account ? ` ${account.username}` : ''} at ${service}`;
}
