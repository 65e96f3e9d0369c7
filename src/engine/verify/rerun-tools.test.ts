import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { debianImage } from '../../../test/debian-image.ts';
import { scanTarget } from '../../../test/make/scanner-stand-in.ts';
import { inventoryBy } from '../../../test/make/tool-inventory.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ToolInventory } from '../../domain/tool-inventory.ts';
import { readImageContent } from '../release/image-content.ts';
import type { Sbom, SbomPart, SbomTool } from '../../report/documents/read-sbom.ts';
import { rerunTools } from './rerun-tools.ts';

const image = debianImage();
const { repository, manifest } = scanTarget(image);
const subject = { ...(await readImageContent(repository, image.manifest)), manifest: undefined };
const own: SbomTool = { name: 'cutwater', version: '0.1.0', sha256: '' };
const syft: SbomTool = { name: 'syft', version: '1.2.3', sha256: 'ab'.repeat(32) };

test('the same program must find the same; another one may differ, and one that is not here leaves its part unchecked', async () => {
  const same = inventoryBy('syft', []);
  deepEqual(await outcomes(same, ['pkg:npm/a@1']), ['passed the same syft finds the same packages again']);
  deepEqual(await outcomes(same, ['pkg:npm/b@1']), [
    'failed the same syft finds something else: "pkg:npm/a@1" of "/a" is stated and was not found; "pkg:npm/b@1" of "/a" was found and is not stated',
  ]);
  const other = { ...same, tool: { ...same.tool, version: '9', sha256: 'ff'.repeat(32) } };
  const differs =
    'warning syft 9, not the program of the release, finds something else: "pkg:npm/a@1" of "/a" is stated';
  deepEqual(await outcomes(other, []), [`${differs} and was not found`]);
  const missing = new CutwaterError('TOOL_MISSING', 'Cannot run "syft": it is not installed');
  deepEqual(await outcomes(missing, []), [
    'unchecked syft is not installed here: what it named was not looked for again, 1 package',
  ]);
});

test('a program that breaks, or that reports on another image, leaves its part unchecked and is no fault of the release', async () => {
  const broken = new CutwaterError('SBOM_BROKEN', 'Cannot list what is in the image: "syft" took too long');
  deepEqual(await outcomes(broken, []), [`unchecked ${broken.message}`]);
  const elsewhere = { ...inventoryBy('syft', []), subject: { ...subject, config: image.manifest } };
  const [said = ''] = await outcomes(elsewhere, ['pkg:npm/a@1'], elsewhere.subject);
  equal(
    said.startsWith('unchecked Cannot use what "syft" lists of the linux/amd64 image: it is about an image'),
    true,
    said,
  );
});

test('a program that nobody knows is named and not run, and one that is named a million times is run once', async () => {
  const grype = { ...syft, name: 'grype\u001b' };
  let runs = 0;
  const checks = await rerun(inventoryBy('syft', []), {
    tools: [own, ...Array.from({ length: 1000 }, () => syft), grype],
    found: ['pkg:npm/a@1'],
    onRun: () => (runs += 1),
  });
  deepEqual(
    checks.map(({ name, is }) => [name, is]),
    [
      ['sbom by syft linux/amd64', 'passed'],
      ['sbom by grype\\u{1b} linux/amd64', 'unchecked'],
    ],
  );
  equal(runs, 1);
});

test('an SBOM that names more programs than are run is wrong, and not right as far as they went', async () => {
  const tools = [own, ...Array.from({ length: 23 }, (_, place) => ({ ...syft, name: `tool-${place}` }))];
  const checks = await rerun(inventoryBy('syft', []), { tools, found: [] });
  equal(checks.length, 21);
  deepEqual(checks.at(-1), {
    name: 'sbom linux/amd64',
    is: 'failed',
    says: 'it names 3 more programs than anybody runs',
  });
});

async function outcomes(
  answer: ToolInventory | CutwaterError,
  found: readonly string[],
  about: ToolInventory['subject'] = subject,
): Promise<readonly string[]> {
  const checks = await rerun(answer, { tools: [own, syft], found, about });
  return checks.map(({ is, says }) => `${is} ${says}`);
}

async function rerun(
  answer: ToolInventory | CutwaterError,
  given: {
    readonly tools: readonly SbomTool[];
    /** What the document that is made again says that syft saw. */
    readonly found: readonly string[];
    readonly about?: ToolInventory['subject'];
    readonly onRun?: () => void;
  },
) {
  const listPackages = async (): Promise<ToolInventory> => {
    given.onRun?.();
    if (answer instanceof CutwaterError) throw answer;
    return { ...answer, subject: given.about ?? subject };
  };
  const resolving = { ...repository, resolve: async () => manifest };
  return rerunTools(
    { repository: resolving, sbomTool: ({ tool }) => ({ name: tool, listPackages }) },
    {
      stated: sbomOf(given.tools, ['pkg:npm/a@1']),
      prefix: '',
      platform: 'linux/amd64',
      digest: image.manifest,
      remake: async () => sbomOf(given.tools, given.found),
    },
  );
}

function sbomOf(tools: readonly SbomTool[], purls: readonly string[]): Sbom {
  const part: SbomPart = {
    ref: 'root',
    type: 'library',
    name: 'a',
    version: '1',
    purl: undefined,
    scope: undefined,
    source: undefined,
    hashes: [],
    licence: undefined,
    places: ['/a'],
    sightings: [],
  };
  return {
    root: part,
    toolVersion: '0.1.0',
    tools,
    timestamp: '',
    serialNumber: '',
    components: purls.map((purl) => ({ ...part, sightings: [{ tool: 'syft', values: [purl], places: ['/a'] }] })),
    edges: [],
    judged: [],
    notes: [],
  };
}
