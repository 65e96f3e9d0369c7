import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckpointEntry, DecisionMessage } from './decision-message.ts';
import {
  formatCheckpointMessage,
  formatDecisionMessage,
  parseCheckpointMessage,
  parseDecisionMessage,
} from './decision-message.ts';
import { digestOf } from './digest.ts';
import { objectId } from './object-id.ts';
import { readVersion } from './version.ts';

const release = objectId('a'.repeat(40));
const message: DecisionMessage = {
  project: 'tiny',
  decision: 'withdrawn',
  version: readVersion('1.2.3'),
  release,
  digest: digestOf('image'),
  aliases: 'move',
  useInstead: readVersion('1.2.2'),
  reason: 'It loses uploads.\n\nAliases: hold\n\nSee the incident.',
};

void test('parseDecisionMessage() reads back what formatDecisionMessage() writes, also a reason that looks like trailers', () => {
  const parsed = parseDecisionMessage(formatDecisionMessage(message));
  assert.deepEqual(parsed, { is: 'ok', value: message });
});

void test('parseDecisionMessage() refuses a message with a line missing, doubled or unknown', () => {
  const text = formatDecisionMessage(message);
  const broken = [
    text.replace('Release-Tag: ', 'Release: '),
    text.replace(/Project: .*\n/, ''),
    text.replace(/Image: .*\n/, ''),
    text.replace('Aliases: move\n', 'Aliases: move\nAliases: move\n'),
    text.replace('Aliases: move', 'Aliases: stay'),
    text.replace('Version: 1.2.3', 'Version: 1.2'),
    `${text}Extra: x\n`,
    'Withdraw v1.2.3\n',
    '',
  ];
  for (const one of broken) assert.equal(parseDecisionMessage(one).is, 'refused', one);
});

void test('parseCheckpointMessage() reads back what formatCheckpointMessage() writes', () => {
  const entries: readonly CheckpointEntry[] = [
    {
      version: readVersion('1.0.0'),
      release,
      digest: digestOf('1'),
      statement: undefined,
      state: 'published',
      decisions: 0,
    },
    {
      version: readVersion('1.0.1'),
      release,
      digest: undefined,
      statement: undefined,
      state: 'cancelled',
      decisions: 0,
    },
    {
      version: readVersion('1.0.2'),
      release,
      digest: digestOf('2'),
      statement: digestOf('s'),
      state: 'withdrawn',
      decisions: 2,
    },
  ];
  const text = formatCheckpointMessage(1, { project: 'tiny', entries });
  assert.deepEqual(parseCheckpointMessage(text), { is: 'ok', value: { project: 'tiny', entries } });
  assert.equal(parseCheckpointMessage(text.replace('Versions: 3', 'Versions: 2')).is, 'refused');
  assert.equal(parseCheckpointMessage(text.replace('v1.0.1 ', 'v1.0.0 ')).is, 'refused');
  assert.equal(parseCheckpointMessage(text.replace(' published', ' cancelled')).is, 'refused');
});

void test('the parsers of decision messages never throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      parseDecisionMessage(text);
      parseCheckpointMessage(text);
    }),
  );
});
