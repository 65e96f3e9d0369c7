import type { InTotoStatement, ReleasePredicate } from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { releaseSubjects } from './release-subjects.ts';

/** The statement that says what a release is, with its index, platforms and binaries as subjects. */
export function releaseStatement(predicate: ReleasePredicate): InTotoStatement<ReleasePredicate> {
  return {
    _type: statementType,
    subject: releaseSubjects(predicate),
    predicateType: predicateTypes.release,
    predicate,
  };
}
