import { join } from 'node:path';
import type { ImageToolOptions } from '../image-tool/tool-place.ts';
import { databaseFolder } from '../image-tool/tool-place.ts';

/** The variable that tells trivy where its databases are. */
export function trivyFolder({ environment }: ImageToolOptions, home: string): Readonly<Record<string, string>> {
  const otherwise = join(home, 'cache');
  return {
    TRIVY_CACHE_DIR: databaseFolder(environment, { variable: 'TRIVY_CACHE_DIR', below: 'trivy', otherwise }),
  };
}
