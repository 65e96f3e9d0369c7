import { equal, match, throws } from 'node:assert/strict';
import { test } from 'node:test';
import type { WayBack, WayBackClass } from '../../documents/way-back.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { readVersion } from '../../domain/version.ts';
import { chooseAliases } from './assess-withdrawal.ts';

const version = readVersion('1.2.0');

test('aliases go back unasked where no alias moves, or where the old version can simply be started', () => {
  equal(chooseAliases(version, { movesBack: [] }), 'move');
  equal(chooseAliases(version, { movesBack: [back('latest', 'binary'), back('1', 'binary')] }), 'move');
});

test('somebody must choose as soon as the way back of one alias needs a restore, or nobody knows', () => {
  for (const is of ['restore', 'unknown'] as const)
    throws(
      () => chooseAliases(version, { movesBack: [back('latest', 'binary'), back('1.2', is)] }),
      (error) => {
        match(String(error), /Cannot withdraw 1\.2\.0: nothing says what happens to latest, 1\.2, and .*line 7/);
        return isCutwaterError(error, 'USAGE') && /--aliases hold.*--aliases move.*back to 1\.1\.0/.test(error.hint);
      },
    );
});

function back(alias: string, is: WayBackClass): { readonly alias: string; readonly wayBack: WayBack } {
  const decisive = { version, is, because: 'line 7' };
  return { alias, wayBack: { from: version, to: readVersion('1.1.0'), is, decisive } };
}
