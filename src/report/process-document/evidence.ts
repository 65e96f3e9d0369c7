import type { EvidencePolicy } from '../../policy/gate-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Chapter } from './document.ts';
import { commands, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { ageOf, classNames, withoutTls } from './project-names.ts';
import { sh } from './shell.ts';
import { evidenceMessage } from './tag-messages.ts';

/** The results that people sign, and the releases that wait for them; nothing where the policy names none. */
export function evidence(policy: Policy): readonly Chapter[] {
  const [first] = policy.evidence;
  if (first === undefined) return [];
  const tag = sh`"evidence/${first.name}/v$VERSION-rc.$RC/1"`;
  return [
    {
      title: 'Evidence',
      blocks: [
        say(prose`What no gate can find out, a maintainer signs: a tag bound to the release tag, its commit and its image,
          so that it counts for nothing else.`),
        { kind: 'table', head: ['Evidence', 'Wanted for', 'Wanted when', 'Counts'], rows: policy.evidence.map(rowOf) },
        say(prose`Results are ${code('pass')}, ${code('fail')} and ${code('pending')}. Only a pass lets a release go on, the
          newest word counts, and what failed for one candidate is shown with it for ever. A result for a commit counts for
          every commit of the same build.`),
        commands('do', sh`cutwater evidence add ${first.name} "$VERSION-rc.$RC" --result pass --push`),
        commands(
          'hand',
          sh`RELEASE=$(git rev-parse "refs/tags/v$VERSION-rc.$RC")`,
          sh`COMMIT=$(git rev-parse "v$VERSION-rc.$RC^{commit}")`,
          sh`DIGEST=$(skopeo inspect${withoutTls(policy)} --format '{{.Digest}}' "docker://$IMAGE:$VERSION-rc.$RC")`,
          sh`git tag -s ${tag} -F - ${`origin/${policy.git.branch}`} <<END`,
          ...evidenceMessage(policy, first.name),
          sh`END`,
          sh`git push origin ${tag}`,
        ),
        say(prose`A stable version that had no candidate, a hotfix for example, is tagged first. Its release waits, says what
          for, and goes on when it is started again after the results are there:`),
        commands('alternative', sh`cutwater evidence add ${first.name} "$VERSION" --result pass --push`),
        say(prose`What was signed, and what is still waited for:`),
        commands('look', sh`cutwater evidence list "$VERSION"`),
      ],
      steps: [],
    },
  ];
}

function rowOf({ name, requiredFor, whenChanged, maxAgeSeconds }: EvidencePolicy): readonly Inline[] {
  return [
    prose`${name}`,
    enumerate(requiredFor.map((kind) => prose`${classNames[kind]}`)),
    whenChanged.length === 0 ? prose`always` : prose`${enumerate(whenChanged.map(code), 'or')} changed`,
    maxAgeSeconds === undefined ? prose`without end` : prose`for ${ageOf(maxAgeSeconds)}`,
  ];
}
