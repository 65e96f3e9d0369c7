import type { Secret } from '../../domain/secret.ts';

/** What is known about one registry. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret }
  /** An OAuth2 refresh token, good for the token server only. */
  | { readonly kind: 'identity-token'; readonly username: string; readonly token: Secret }
  /** A ready bearer token. */
  | { readonly kind: 'bearer-token'; readonly token: Secret }
  /** None; `problems` says what went wrong while looking, for the error that may follow. */
  | { readonly kind: 'none'; readonly problems: readonly string[] };

export interface CredentialQuery {
  /** Names of the registry to look for, the most usual first; matched exactly. */
  readonly hosts: readonly string[];
  readonly repository: string;
}

/** Asked only after a registry wanted credentials. */
export type CredentialSource = (query: CredentialQuery) => Promise<Credentials>;

export const anonymous: CredentialSource = () => Promise.resolve({ kind: 'none', problems: [] });
