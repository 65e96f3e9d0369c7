import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../domain/digest.ts';
import { isUnchanged, mayWrite } from './precondition.ts';

const here = digestOf('here');
const other = digestOf('other');

function may(header: { readonly ifMatch?: string; readonly ifNoneMatch?: string }, current = true): boolean {
  return mayWrite({ ifMatch: header.ifMatch, ifNoneMatch: header.ifNoneMatch }, current ? here : undefined);
}

test('mayWrite() lets a write through without conditions, and otherwise only where all of them hold', () => {
  assert.ok(may({}));
  for (const ifMatch of [`"${here}"`, here, '*', `"${other}", "${here}"`]) {
    assert.ok(may({ ifMatch }), ifMatch);
    assert.ok(!may({ ifMatch }, false), `${ifMatch} on nothing`);
  }
  for (const ifMatch of [`"${other}"`, `W/"${here}"`, '', '""', '"*"']) assert.ok(!may({ ifMatch }), ifMatch);
  for (const ifNoneMatch of ['*', `"${here}"`, `W/"${here}"`]) {
    assert.ok(!may({ ifNoneMatch }), ifNoneMatch);
    assert.ok(may({ ifNoneMatch }, false), ifNoneMatch);
  }
  assert.ok(!may({ ifMatch: '*', ifNoneMatch: `"${here}"` }));
});

test('isUnchanged() compares weakly', () => {
  assert.ok(isUnchanged(`W/"${here}"`, here));
  assert.ok(!isUnchanged(`"${other}"`, here));
  assert.ok(!isUnchanged(undefined, here));
});
