/** Names for logs and headers, whatever somebody else calls them. */
export const cleanCategories = (categories: readonly string[] = []): string[] =>
  categories
    .slice(0, 8)
    .map((name) => name.replaceAll(/[^\w./-]+/g, '_').slice(0, 48))
    .filter((name) => name !== '')
