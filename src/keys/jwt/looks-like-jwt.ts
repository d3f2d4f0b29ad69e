/** Three parts, the first of which begins as `{"` does in base64: told apart from a key without decoding it. */
export const looksLikeJwt = (credential: string): boolean =>
  credential.startsWith('eyJ') && credential.split('.', 4).length === 3
