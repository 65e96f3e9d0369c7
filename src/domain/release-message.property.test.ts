import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReleaseMessage } from './release-message.ts';
import { formatReleaseMessage, parseReleaseMessage } from './release-message.ts';

const title = 'Release v1.2.3';

void test('what is written is read back the same, whatever text and reasons are', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', ':', ' ', '\n', '-', '#', 'ü', '\t'), maxLength: 40 });
  const trailer = fc.record(
    {
      name: fc.constantFrom('Unsigned-Reason', 'Hotfix-Reason', 'Promotes'),
      value: fc.string({ minLength: 1, maxLength: 30 }).map((value) => value.trim()),
    },
    { noNullPrototype: true },
  );
  const messages = fc.record({ title: fc.constant(title), text, trailers: fc.array(trailer, { maxLength: 3 }) });
  fc.assert(
    fc.property(messages, (message: ReleaseMessage) => {
      const written = formatReleaseMessage(message);
      fc.pre(written.is === 'ok');
      const read = parseReleaseMessage(written.value);
      assert.equal(read.title, title);
      assert.deepEqual(read.trailers, message.trailers);
      assert.equal(read.text.replaceAll(/\n{2,}/g, '\n\n'), message.text.trim().replaceAll(/\n{2,}/g, '\n\n'));
    }),
  );
});
