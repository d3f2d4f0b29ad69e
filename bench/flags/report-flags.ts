import * as Flags from '@oclif/core/flags'

/** The forms in which a result of `bench` can be read; `bench`, `bench report` and `bench merge` share them. */
export const reportFlags = {
  html: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE', description: 'write a page with plots; one file that needs no network' }),
  csv: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE|-', description: 'write a row for each request' }),
  markdown: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE|-|auto', description: "write tables for a pull request; with auto they go to GitHub's step summary, where there is one" }),
  junit: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE', description: 'write the --fail-if conditions, the baseline and the verdict as JUnit XML, for CI' }),
} // prettier-ignore
