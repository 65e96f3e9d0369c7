/** What a forge answers to a question about its settings. */
export type Told<Value> =
  | { readonly is: 'told'; readonly value: Value }
  /** The one who asks may not know. `takes` is the right that would do, in the forge's own words. */
  | { readonly is: 'withheld'; readonly takes: string }
  /** This forge, or this one of its versions, has no such setting. */
  | { readonly is: 'absent' }
  | NoAnswer;

/** The forge gave no answer that could be understood, whatever it says to other questions. */
export interface NoAnswer {
  readonly is: 'failed';
  /** What went wrong and the next step, for people. */
  readonly because: string;
}

export function told<Value>(value: Value): Told<Value> {
  return { is: 'told', value };
}

/** What the token here may do to the repository. */
export type TokenRights =
  | {
      readonly is: 'writes';
      /** The last day on which the token is good, `2026-12-31`; undefined where it has no end or nobody tells. */
      readonly lastDay: string | undefined;
    }
  /** Completes "the token here ...". */
  | { readonly is: 'reads'; readonly because: string }
  | { readonly is: 'missing'; readonly advice: string }
  /** Nobody tells without trying it. */
  | { readonly is: 'untold' }
  | NoAnswer;

/** What a rule of the forge forbids for tags to whoever is not on its list. */
export type ForbiddenTagAct = 'creation' | 'update' | 'deletion';

/** Which tags a rule is about. */
export type TagPattern =
  /** Full names such as `refs/tags/v*`; `~ALL` is every tag. As fnmatch(3), `*` without "/". */
  | { readonly is: 'refs'; readonly include: readonly string[]; readonly exclude: readonly string[] }
  /** A regular expression in RE2's syntax, looked for in the name without `refs/tags/`. */
  | { readonly is: 'regexp'; readonly source: string };

/** One rule in force about tags. */
export interface TagRule {
  readonly name: string;
  readonly covers: TagPattern;
  readonly forbids: readonly ForbiddenTagAct[];
  /** Whether nobody at all is on its list, so that the tags can not even be made; undefined where the forge does not tell. */
  readonly bindsAll: boolean | undefined;
}

export interface TagRules {
  /** What holds for a tag that several rules cover: each of them, or the one that forbids least. */
  readonly several: 'each-binds' | 'loosest-binds';
  readonly rules: readonly TagRule[];
}

/** Rules about the tags of images that the forge's own registry keeps. */
export interface ImageTagRules {
  /** What the images begin with: `registry.example.org/group/name`. */
  readonly prefix: string;
  /** Regular expressions in RE2's syntax of tags that not everyone who may push can replace. */
  readonly guarded: readonly string[];
}

/** A secret of the project that its jobs get. */
export interface JobVariable {
  readonly name: string;
  /** Whether jobs of unprotected branches and tags get it too; the forge does not tell where there are several of the name. */
  readonly reach: 'protected' | 'everywhere' | 'untold';
}

/** How a repository is set up on its forge. */
export interface ForgeSettings {
  readonly token: TokenRights;
  readonly tagRules: Told<TagRules>;
  /** Whether something keeps the branch from being pushed to at will, moved back or deleted. */
  readonly branchIsProtected: Told<boolean>;
  /** Whether a release is locked when it is published. */
  readonly locksReleases: Told<boolean>;
  /** Whether a job that asks for nothing may push. */
  readonly jobsMayPush: Told<boolean>;
  /** Those of the asked-for secrets that the project itself has. */
  readonly variables: Told<readonly JobVariable[]>;
  readonly imageTags: Told<ImageTagRules>;
}

export interface SettingsQuestion {
  readonly branch: string;
  /** Names of the secrets that jobs need. Their values are not looked at. */
  readonly variables: readonly string[];
}

/** Reads how the repository is set up; changes nothing. Throws where the forge, or the token, is of no use at all. */
export interface ForgeSettingsReader {
  readSettings(question: SettingsQuestion): Promise<ForgeSettings>;
}
