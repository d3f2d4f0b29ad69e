/**
 * A model's text may hold anything, escape sequences included, which could retitle, recolour or write to the
 * clipboard of the terminal. Keeps newline and tab; drops the other C0 controls, DEL and C1.
 */
// oxlint-disable-next-line no-control-regex -- control characters are the subject
export const stripControls = (text: string): string => text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '')
