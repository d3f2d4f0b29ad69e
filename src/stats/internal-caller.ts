/**
 * Whose key stands in the rows of what sluice asks models itself, for content filters. It is nobody's: limits do not
 * count it. No key, JWT or other caller has this id.
 */
export const moderationCaller = 'moderation'
