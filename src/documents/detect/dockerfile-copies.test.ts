import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { findUnbuilt } from './dockerfile-copies.ts';

function unbuilt(dockerfile: string, paths: readonly string[], context = '.'): readonly string[] {
  return findUnbuilt({ paths, read: () => dockerfile }, { dockerfile: 'Dockerfile', context });
}

test('what a Dockerfile copies and nobody committed is found', () => {
  const text = `FROM scratch
COPY --chown=1:1 harbourd /usr/bin/harbourd
COPY ./dist/ config.yaml \\
     /srv/
`;
  deepEqual(unbuilt(text, ['config.yaml']), ['harbourd', 'dist']);
  deepEqual(unbuilt(text, ['harbourd', 'dist/a/b', 'config.yaml']), []);
  deepEqual(unbuilt('COPY a /a\n', ['a'], 'web'), ['a']);
  deepEqual(unbuilt('copy a /a\n', ['web/a'], 'web'), []);
});

test('what comes from another stage, or may be anything, is not', () => {
  const lines = [
    'COPY --from=build /out/a /a',
    'COPY . .',
    'COPY *.json ./',
    'COPY $NAME /x',
    'COPY ["a b", "/c"]',
    'COPY a',
  ];
  deepEqual(unbuilt(lines.join('\n'), []), []);
});
