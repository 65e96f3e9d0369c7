import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlatform, parsePlatform } from './platform.ts';

function read(text: string): string {
  const parsed = parsePlatform(text);
  return parsed.is === 'ok' ? formatPlatform(parsed.value) : parsed.reason;
}

test('a platform has one spelling: the variant that every machine of an architecture has is left out, as builders leave it out', () => {
  deepEqual(parsePlatform('linux/arm64/v8'), { is: 'ok', value: { os: 'linux', architecture: 'arm64' } });
  equal(read('linux/amd64/v1'), 'linux/amd64');
  equal(read('linux/arm'), 'linux/arm/v7', 'of 32-bit Arm no variant is implied; builders take v7');
  for (const other of [
    'linux/arm64/v9',
    'linux/amd64/v3',
    'linux/arm/v7',
    'linux/arm/v8',
    'linux/riscv64',
    'windows/amd64',
  ])
    equal(read(other), other);
});

test('what is no platform is refused', () => {
  for (const odd of [
    'arm64',
    'linux/',
    'linux/arm64/',
    'linux/arm64/v8/x',
    'Linux/arm64',
    'linux/arm-64',
    ' linux/arm64',
  ])
    equal(parsePlatform(odd).is, 'refused', odd);
});
