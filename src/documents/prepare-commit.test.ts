import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readVersion } from '../domain/version.ts';
import { findBumpReason, formatPrepareMessage, isPrepareCommit } from './prepare-commit.ts';

const version = readVersion('1.2.0');
const reasonIn = (commits: readonly string[], tagMessage?: string, of = version) =>
  findBumpReason(of, { tagMessage, commits });

test('formatPrepareMessage() is the subject of the process, and the reason below it is found again', () => {
  equal(formatPrepareMessage(version, undefined), 'docs: prepare release v1.2.0\n');
  const message = formatPrepareMessage(version, 'nobody used it');
  equal(message, 'docs: prepare release v1.2.0\n\nBump-Reason: nobody used it\n');
  equal(reasonIn([message]), 'nobody used it');
  equal(isPrepareCommit(message, version), true);
  equal(isPrepareCommit(message, readVersion('1.2.0-rc.1')), false);
});

test('findBumpReason() believes the tag, the prepare commits of the version and of its candidates, and no other', () => {
  const said = (tag: string) => `docs: prepare release ${tag}\n\nBump-Reason: because\nCo-authored-by: x\n`;
  equal(reasonIn([said('v1.2.0-rc.2')]), 'because');
  equal(reasonIn([said('v1.2.0 (#45)')]), 'because');
  equal(reasonIn([said('v1.2.0-rc.1')], undefined, readVersion('1.2.0-rc.2')), 'because');
  equal(reasonIn([], 'Release v1.2.0\n\nbump-reason: by the tag\n'), 'by the tag');
  for (const tag of ['v1.2.1', 'v1.2.0-beta.1', 'v1.2.0-rc.1.2', 'v1.2.0.1'])
    equal(reasonIn([said(tag)]), undefined, tag);
  equal(reasonIn(['fix: x\n\nBump-Reason: no\n']), undefined);
  equal(reasonIn(['docs: prepare release v1.2.0\n\nBump-Reason:  \n']), undefined);
});
