import type { Writable } from 'node:stream';
import type { TextSink } from './render/terminal.ts';

/**
 * Writes to a stream whose reader may go away (`cutwater audit | head`): further text is dropped without a word and the
 * work goes on, because a closed pipe is no reason to stop a release. Other failures are thrown.
 */
export function quietStream(stream: Writable): TextSink {
  let isOpen = true;
  stream.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
    isOpen = false;
  });
  return {
    write: (text) => {
      if (isOpen) stream.write(text);
    },
  };
}
