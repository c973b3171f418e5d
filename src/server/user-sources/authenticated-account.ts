/** The account of somebody whose password was right. */
export interface AuthenticatedAccount {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  /** As it was before the password was checked; of another source's account, when the source had answered. */
  readonly epoch: number;
}
