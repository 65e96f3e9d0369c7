import type { PolicyTemplate, TemplateScript } from './shown-project.ts';
import { list, oneLine, scalar } from './template-text.ts';

/** Commands that must pass before a release. */
export function gatesBlock({ gates = [], scripts = [] }: PolicyTemplate): readonly string[] {
  const given = gates.flatMap(({ name, command, askedBy }) => [
    `  - name: ${scalar(name)}${askedBy === undefined ? '' : ` # ${oneLine(askedBy)} asks for it`}`,
    `    command: [${command.map((word) => JSON.stringify(word)).join(', ')}]`,
    '    timeout: 30m',
  ]);
  return [
    '# What must pass before a release. Commands are run without a shell, in the tree of the tag, with nothing in their',
    '# environment but what they name under "env". With "on: candidate" a gate gets the built image, by digest, as {image},',
    '# before anything is published.',
    ...(given.length > 0 ? ['gates:', ...given] : ['# gates:']),
    ...(given.length > 0 || scripts.length > 0
      ? []
      : ['#   - name: unit-tests', '#     command: [make, test]', '#     timeout: 30m']),
    ...(scripts.length === 0
      ? []
      : [
          '  # Scripts here that a release could run as well:',
          ...scripts.flatMap(({ name, path }) => [
            `  # - name: ${oneLine(scalar(name))}`,
            `  #   command: [${oneLine(JSON.stringify(`./${path}`))}]`,
          ]),
        ]),
  ];
}

/** What the forge must say of a commit. */
export function checksBlock({ forge, checks }: PolicyTemplate): readonly string[] {
  const { required = [], onHotfixes = true, left = [] } = checks ?? {};
  const remarks = [
    '# What the forge must say of the commit of a release: the names of its checks, as it shows them. A check whose workflow',
    '# looks at some paths only counts from the last commit that changed one of them ("whenChanged").',
  ];
  if (forge === undefined || required.length === 0)
    return [
      ...remarks,
      ...leftLines(left, '# '),
      '# checks:',
      '#   required:',
      '#     - name: unit-tests',
      '#       whenChanged: ["src/**"]',
    ];
  return [
    ...remarks,
    'checks:',
    '  required:',
    ...required.flatMap(({ name, whenChanged }) => [
      `    - name: ${scalar(name)}`,
      ...(whenChanged.length === 0 ? [] : [`      whenChanged: ${list(whenChanged)}`]),
    ]),
    ...leftLines(left, '    # '),
    ...(onHotfixes
      ? []
      : [
          '  # Their workflows do not run for pushes to "hotfix/*". Let them, and put "hotfix" here; until then a hotfix waits for',
          '  # none of them.',
          '  classes: [rc, stable]',
        ]),
  ];
}

function leftLines(left: readonly string[], indent: string): readonly string[] {
  if (left.length === 0) return [];
  return [
    `${indent}Jobs that were not understood; where their checks count, write their names:`,
    ...left.slice(0, 10).map((line) => `${indent}  ${oneLine(line)}`),
  ];
}

/** What people find out. */
export function evidenceBlock({ drills = [] }: PolicyTemplate): readonly string[] {
  return [
    '# What no program can find out, a maintainer signs with "cutwater evidence add". A release waits until it has passed for',
    '# its candidate.',
    '# evidence:',
    '#   - name: staging',
    ...drills.flatMap((script) => [
      `#   - name: ${oneLine(scalar(script.name))} # ${oneLine(script.path)}${askedLine(script)}`,
      '#     requiredFor: [hotfix]',
    ]),
  ];
}

function askedLine({ askedBy }: TemplateScript): string {
  return askedBy === undefined ? '' : `, which ${oneLine(askedBy)} asks for`;
}

/** The scan of the built image. */
export function scanBlock({ scanner }: PolicyTemplate): readonly string[] {
  return [
    '# The image of each platform is scanned before anything is published; "failOn" is the mildest severity that stops it.',
    scanner === undefined
      ? '# scan: { tool: trivy, failOn: high }'
      : `scan: { tool: ${scalar(scanner)}, failOn: high }`,
  ];
}
