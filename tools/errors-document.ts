import { errorCatalogue } from '../src/domain/error-catalogue.ts';

/** The text of docs/errors.md. */
export function errorsDocument(): string {
  const sections = Object.entries(errorCatalogue).map(
    ([code, { exit, when, hint }]) => `## ${code}\n\nExit code ${exit}. ${when}.\n\nNext: ${hint}.\n`,
  );
  return [introduction, ...sections].join('\n');
}

const introduction = `# Errors

Every error has a code, a sentence of the form "Cannot do something: what was found, what was wanted", and one next
step. With \`--json\` it is a document on stdout with the keys \`schema\` (\`cutwater.error/1\`), \`code\`, \`message\`,
\`details\` and \`hint\`. Codes and exit codes are stable.

This page is made from \`src/domain/error-catalogue.ts\` by \`node tools/write-errors-doc.ts\`. Do not edit it by hand.

| exit code | meaning                                                |
| --------- | ------------------------------------------------------ |
| 0         | done                                                   |
| 1         | failed                                                 |
| 2         | the command line or the policy file is wrong           |
| 3         | the policy is not met, or a verification failed        |
| 4         | authentication or rights                               |
| 5         | interrupted; run the same command again                |
| 6         | could not be checked: network, or a program is missing |
| 8         | waiting for a person                                   |
| 70        | a bug of ours                                          |
`;
