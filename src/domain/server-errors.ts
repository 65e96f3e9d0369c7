import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong between this machine and registries, forges and channels. */
export const serverErrors = {
  IMMUTABLE_IN_REGISTRY: {
    exit: 3,
    when: 'The registry refuses to overwrite an immutable tag',
    hint: 'Except the rolling aliases from the immutability rule of the repository',
  },
  UNAUTHENTICATED: {
    exit: 4,
    when: 'A server wants credentials, or refuses those it got',
    hint: 'Log in and run the command again',
  },
  FORBIDDEN: {
    exit: 4,
    when: 'The credentials do not have the rights this needs',
    hint: 'Use credentials with write access',
  },
  UNREACHABLE: { exit: 6, when: 'A server does not answer', hint: 'Check the address and the network, then run again' },
  SERVER_ERROR: {
    exit: 6,
    when: 'A server answers with an error of its own',
    hint: 'Wait a little and run the same command again',
  },
  RATE_LIMITED: {
    exit: 6,
    when: 'A server asks to wait longer than the deadline allows',
    hint: 'Run the same command again later',
  },
  BAD_REPLY: {
    exit: 6,
    when: 'A server answers with something that breaks the protocol',
    hint: 'Check that the address is the one meant',
  },
  REGISTRY_REFUSED: {
    exit: 1,
    when: 'A registry refuses what it is sent',
    hint: 'Read its answer above; the registry may lack a feature or have a limit',
  },
  FORGE_REFUSED: {
    exit: 1,
    when: 'A forge refuses what it is sent',
    hint: 'Read its answer above; the repository may have a rule against it',
  },
  CONTENT_MISSING: {
    exit: 3,
    when: 'A registry lacks a part of something it holds',
    hint: 'Copy the part back from a mirror, or release the next version',
  },
  MIRROR_INCOMPLETE: {
    exit: 6,
    when: 'The registry is right, but a mirror could not be filled',
    hint: "Run 'cutwater reconcile' again once the mirror answers; nothing else is left to do",
  },
  ANNOUNCEMENT_REFUSED: {
    exit: 1,
    when: 'A channel does not take an announcement',
    hint: 'Check the channel under announce in cutwater.yaml, then announce again',
  },
  ANNOUNCEMENT_INCOMPLETE: {
    exit: 6,
    when: 'Everything is published, but not every channel could be told',
    hint: "Run 'cutwater announce VERSION'; channels that were told are not told again",
  },
  RUNS_UNKNOWN: {
    exit: 2,
    when: 'Workflows are to be watched on a forge that has none, or tells of none',
    hint: 'Look at the run on the forge itself',
  },
} as const satisfies Record<string, ErrorEntry>;
