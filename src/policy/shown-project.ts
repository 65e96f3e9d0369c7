import type { CiSystem } from './ci-schema.ts';

/** What `init` learned about a repository. Whatever is not known is written as an example to change. */
export interface PolicyTemplate {
  readonly project: string;
  /** `https://github.com/OWNER/NAME`. */
  readonly source?: string;
  readonly branch?: string;
  /** Regular expressions of tags that belong to something else. */
  readonly ignoreTags?: readonly string[];
  /** `ghcr.io/owner/name`; left out, the image goes to the registry on disk. */
  readonly repository?: string;
  /** Where the same image is published besides, as far as that is known. */
  readonly mirrors?: readonly string[];
  /** Path of the Dockerfile. Default `Dockerfile`. */
  readonly dockerfile?: string;
  /** Build context of the Dockerfile. Default `.`. */
  readonly context?: string;
  /** Such as `linux/arm64`. Default: amd64 and arm64. */
  readonly platforms?: readonly string[];
  /** Dockerfiles that could have been meant as well, or that make further images. */
  readonly otherImages?: readonly TemplateImage[];
  /** Programs, with their absolute path in the image where that is known. */
  readonly programs?: readonly TemplateProgram[];
  /** Where releases are read about; left out, as folders on disk. */
  readonly forge?: 'github' | 'gitlab' | 'forgejo';
  /** What runs workflows, where the host of `source` does not tell. */
  readonly ciSystem?: CiSystem;
  readonly maintainers?: readonly TemplateMaintainer[];
  readonly changelog?: string;
  /** Path of the upgrading notes; false where the project has none. */
  readonly upgrading?: string | false;
  /** Path of the page that Cutwater writes, where the usual one is taken. */
  readonly processDocument?: string;
  readonly lockFiles?: readonly string[];
  /** Paths of files whose name tells where the version stands. */
  readonly versionFiles?: readonly string[];
  /** Commands that test the source, as words, and the document that asks for them. */
  readonly gates?: readonly {
    readonly name: string;
    readonly command: readonly string[];
    readonly askedBy?: string | undefined;
  }[];
  /** Scripts that look as if a release should run them. */
  readonly scripts?: readonly TemplateScript[];
  /** Scripts that look as if a person runs them before a release, and says what came of it. */
  readonly drills?: readonly TemplateScript[];
  /** The scanner that the project uses already: `trivy`. */
  readonly scanner?: string;
  /** What tests each commit on the forge. */
  readonly checks?: TemplateChecks;
  /** Where the JSON Schema is, relative to the file or as an address, for editors. */
  readonly schema?: string;
}

export interface TemplateImage {
  readonly dockerfile: string;
  readonly context: string;
  readonly repository: string | undefined;
}

export interface TemplateProgram {
  readonly name: string;
  readonly path: string | undefined;
  readonly isStatic: boolean;
}

export interface TemplateScript {
  readonly name: string;
  readonly path: string;
  readonly askedBy: string | undefined;
}

export interface TemplateChecks {
  readonly required: readonly { readonly name: string; readonly whenChanged: readonly string[] }[];
  /** Whether hotfix branches get them too. */
  readonly onHotfixes: boolean;
  /** What was not understood, one line each. */
  readonly left: readonly string[];
}

export type TemplateMaintainer =
  | { readonly name: string; readonly fingerprint: string; readonly keyFile: string }
  | { readonly name: string; readonly ssh: string };
