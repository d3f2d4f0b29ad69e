const names = ['SLUICE_PEPPER', 'SLUICE_STORE', 'SLUICE_JWT_SECRET', 'JWT_SECRET']

/**
 * Takes the daemon's secrets out of its environment once they are read: engine hosts and Python workers, which
 * run other people's code, inherit what is left. Gives the pepper, the only one that is no setting.
 */
export function takeSecrets(environment: NodeJS.ProcessEnv): { pepper: string | undefined } {
  const pepper = environment.SLUICE_PEPPER
  for (const name of names) delete environment[name]
  return { pepper }
}

/** The same for those that the config names. */
export function forgetSecrets(environment: NodeJS.ProcessEnv, secrets: string[]): void {
  for (const name of secrets) delete environment[name]
}
