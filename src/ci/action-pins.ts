/**
 * What the workflows take from others, pinned: actions by the full id of a commit, since a tag can be moved. To renew a pin,
 * ask for its tag, and where that is annotated for the commit behind it, and write the day of the look-up here:
 *
 *     git ls-remote https://github.com/actions/checkout refs/tags/v7.0.1 'refs/tags/v7.0.1^{}'
 */
export const pinsLookedUp = '2026-11-26';

export interface ActionPin {
  /** `owner/name` on GitHub. */
  readonly name: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** The tag that pointed at the commit on that day; shown as a comment. */
  readonly version: string;
}

export const checkoutAction: ActionPin = {
  name: 'actions/checkout',
  commit: '3d3c42e5aac5ba805825da76410c181273ba90b1',
  version: 'v7.0.1',
};

export const setupNodeAction: ActionPin = {
  name: 'actions/setup-node',
  commit: '820762786026740c76f36085b0efc47a31fe5020',
  version: 'v7.0.0',
};

export const setupTrivyAction: ActionPin = {
  name: 'aquasecurity/setup-trivy',
  commit: '81e514348e19b6112ce2a7e3ecbafe19c1e1f567',
  version: 'v0.3.1',
};

export const nodeVersion = '24.21.0';
export const trivyVersion = 'v0.74.0';
