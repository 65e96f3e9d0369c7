import type { ImageName } from '../src/domain/image-name.ts';
import { parseImageName } from '../src/domain/image-name.ts';

/** `127.0.0.1:PORT/name`. */
export function readImage(text: string): ImageName {
  const parsed = parseImageName(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new Error(`${text} ${parsed.reason}`);
}
