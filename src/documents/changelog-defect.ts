/** What can be wrong with a changelog. Codes are stable. */
export type DefectCode =
  | 'unclosed-block'
  | 'unreleased-missing'
  | 'section-missing'
  | 'section-duplicate'
  | 'section-empty'
  | 'section-order'
  | 'heading-level'
  | 'heading-form'
  | 'version-invalid'
  | 'date-missing'
  | 'date-form'
  | 'date-placeholder'
  | 'date-impossible'
  | 'date-ambiguous'
  | 'date-unreadable'
  | 'date-future'
  | 'category-level'
  | 'category-unknown'
  | 'category-duplicate'
  | 'category-empty'
  | 'link-missing'
  | 'link-wrong';

export interface Defect {
  readonly code: DefectCode;
  /** 1-based; undefined for what is not in the file. */
  readonly line: number | undefined;
  /** `1.2.3` or `Unreleased`: whose section it is in, undefined where it is in none. */
  readonly section: string | undefined;
  /** One sentence without a final period; text from the file is quoted in it. */
  readonly message: string;
}
