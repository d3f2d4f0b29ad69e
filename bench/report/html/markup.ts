/** Text that is HTML already. Only `markup` and the renderers of paths make it, so nothing gets in unescaped. */
export type Markup = { readonly text: string }
export type Insertable = Markup | Insertable[] | string | number | undefined | false

/** Everything put in is escaped, unless it is markup itself. */
export const markup = (parts: TemplateStringsArray, ...values: Insertable[]): Markup => ({
  text: parts.map(unindent).reduce((text, part, index) => text + insert(values[index - 1]) + part),
})

/** The source's indentation is for its readers. */
const unindent = (part: string): string => part.replaceAll(/\s*\n\s*/g, '\n')

/** For text known to need no escaping: our own style sheet, script and numbers. */
export const raw = (text: string): Markup => ({ text })

const insert = (value: Insertable): string => {
  if (value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(insert).join('')
  return typeof value === 'object' ? value.text : escapeHtml(String(value))
}

export const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** Data for the page's script. In a script element only `<` could end it or open a comment. */
export const jsonBlock = (id: string, value: unknown): Markup =>
  markup`<script type="application/json" id="${id}">
    ${raw(JSON.stringify(value).replaceAll('<', String.raw`\u003c`))}
  </script>`
