import { PASSWORD_LENGTH } from '../../config/password-length.js';
import { Html, html } from './html.js';
import type { Page } from './page.js';

const { least, advised, most } = PASSWORD_LENGTH;
const PASSWORD_HINT = `${least} to ${most} characters, better ${advised} or more: several words, for example.`;

/** A link that is good, for the page that it opens. */
export interface OpenedLink {
  /** Where the form goes. */
  readonly action: string;
  readonly token: string;
  readonly username: string;
  readonly email: string;
}

/** The page of a link that isn't good. */
export function badLinkPage(): Page {
  return {
    title: 'This link isn’t good any more',
    content: html`<p>It was used already, is older than an hour, or something about the account has changed since.</p>
      <p>Ask for another one where you asked for this.</p>`,
  };
}

/** Asks before anything is done: whatever scans mails opens the link too. */
export function verifyEmailPage({ action, token, username, email }: OpenedLink): Page {
  return {
    title: 'Confirm your mail address',
    content: html`<p>
        The mail address <strong>${email}</strong> is to be the one of the account <strong>${username}</strong>.
      </p>
      <p>If you don’t know this account, close this page: nothing has happened.</p>
      <form method="post" action="${action}">
        ${hiddenToken(token)}
        <button type="submit">Confirm the mail address</button>
      </form>`,
  };
}

/** The address is verified. */
export function emailVerifiedPage({ username, email }: Pick<OpenedLink, 'username' | 'email'>): Page {
  return {
    title: 'Your mail address is confirmed',
    content: html`<p>
      <strong>${email}</strong> is the mail address of the account <strong>${username}</strong>. You can close this
      page.
    </p>`,
  };
}

/** Somebody else has the address by now. */
export function emailTakenPage(): Page {
  return {
    title: 'Your mail address could not be confirmed',
    content: html`<p>Another account has this mail address by now. The account keeps the one that it had.</p>`,
  };
}

/** What is wrong with what was typed, by field. */
export interface PasswordFormErrors {
  readonly password?: string | undefined;
  readonly repeated?: string | undefined;
}

/** The form for a new password. */
export function resetPasswordPage({ action, token, username }: OpenedLink, errors: PasswordFormErrors = {}): Page {
  const isWrong = Object.values(errors).some((error) => error !== undefined);
  return {
    title: isWrong ? 'Try again to choose a new password' : 'Choose a new password',
    content: html`<form method="post" action="${action}">
        ${hiddenToken(token)}
        <label for="username">Account</label>
        <input id="username" name="username" value="${username}" readonly autocomplete="username" />
        <label for="password">New password</label>
        ${passwordField('password', errors.password, 'password-hint')}
        <p class="hint" id="password-hint">${PASSWORD_HINT}</p>
        <label for="repeated">The same again</label>
        ${passwordField('repeated', errors.repeated)}
        <button type="submit">Set the password</button>
      </form>
      <p>Wherever you are logged in by now, you will be logged out.</p>`,
  };
}

/** The password is set. */
export function passwordResetPage({ username }: Pick<OpenedLink, 'username'>): Page {
  return {
    title: 'Your password is set',
    content: html`<p>
      Log in to <strong>${username}</strong> with the new password. Wherever you were logged in, you no longer are.
    </p>`,
  };
}

function hiddenToken(token: string): Html {
  return html`<input type="hidden" name="token" value="${token}" />`;
}

/** The lengths aren't given to the browser: it counts characters otherwise, and would cut a password without a word. */
function passwordField(name: string, error: string | undefined, hint?: string): Html {
  const described = [error !== undefined ? `${name}-error` : undefined, hint]
    .filter((id) => id !== undefined)
    .join(' ');
  return html`<input
      type="password"
      id="${name}"
      name="${name}"
      required
      autocomplete="new-password"
      ${
        described ? html` aria-describedby="${described}"` : undefined
      }${error !== undefined ? html` aria-invalid="true" autofocus` : undefined}
    />
    ${error !== undefined ? html`<p class="wrong" id="${name}-error">${error}</p>` : undefined}`;
}
