/** Where a page ended, in lists that are newest first: the next one begins behind it. */
export type Place = { at: number; id: string }
