import type { PolicyTemplate, TemplateImage } from './shown-project.ts';
import { list, oneLine, scalar } from './template-text.ts';

/** The images of a first policy, and the programs taken out of the first one. */
export function imageBlock(template: PolicyTemplate): readonly string[] {
  const {
    project,
    repository,
    mirrors = [],
    dockerfile,
    context = '.',
    platforms = usualPlatforms,
    otherImages = [],
  } = template;
  return [
    'images:',
    repository === undefined
      ? `  - repository: ${scalar(`embedded/${project}`)} # the registry on disk; later a name such as ghcr.io/owner/name`
      : `  - repository: ${scalar(repository)}`,
    ...(mirrors.length === 0 ? [] : [`    # Filled after each release: mirrors: ${oneLine(list(mirrors))}`]),
    `    platforms: ${list(platforms)}`,
    '    build:',
    dockerfile === undefined
      ? '      dockerfile: Dockerfile # CHANGE THIS: no Dockerfile was found'
      : `      dockerfile: ${scalar(dockerfile)}`,
    `      context: ${scalar(context)}`,
    ...otherLines(otherImages),
    '',
    ...binariesLines(template),
  ];
}

const usualPlatforms = ['linux/amd64', 'linux/arm64'];
const mostOthers = 10;

function otherLines(images: readonly TemplateImage[]): readonly string[] {
  if (images.length === 0) return [];
  return [
    '  # Other Dockerfiles here. Further images are released together with the first one, as one version:',
    ...images
      .slice(0, mostOthers)
      .flatMap(({ dockerfile, context, repository = 'ghcr.io/owner/name' }) => [
        `  # - repository: ${oneLine(scalar(repository))}`,
        `  #   build: { dockerfile: ${oneLine(JSON.stringify(dockerfile))}, context: ${oneLine(JSON.stringify(context))} }`,
      ]),
    ...(images.length > mostOthers ? [`  # and ${images.length - mostOthers} more`] : []),
  ];
}

function binariesLines({ project, programs = [] }: PolicyTemplate): readonly string[] {
  const shown = programs.flatMap(({ name, path, isStatic }) => (path === undefined ? [] : [{ name, path, isStatic }]));
  if (shown.length > 0)
    return [
      '# Files of the image that are attached to the release too. "static: true" has them checked for needing nothing else.',
      'binaries:',
      ...shown.flatMap(({ name, path, isStatic }) => [
        `  - name: ${JSON.stringify(`${name}-{machine}-linux`)}`,
        `    path: ${scalar(path)}`,
        `    static: ${isStatic}`,
      ]),
    ];
  const name = programs[0]?.name ?? project;
  return [
    '# Files of the image that are attached to the release too:',
    '# binaries:',
    `#   - name: ${JSON.stringify(`${name}-{machine}-linux`)}`,
    `#     path: ${scalar(`/usr/local/bin/${name}`)}`,
    '#     static: true',
  ];
}
