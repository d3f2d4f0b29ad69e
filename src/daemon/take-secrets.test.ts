import { expect, test } from 'vitest'
import { takeSecrets } from './take-secrets.ts'

test('what the daemon starts inherits no secret of its own', () => {
  const environment = {
    PATH: '/bin',
    HF_TOKEN: 'the worker needs it',
    SLUICE_HOME: '/home',
    SLUICE_PEPPER: 'p',
    SLUICE_STORE: 'postgres://u:p@h/d',
    SLUICE_JWT_SECRET: 's',
    JWT_SECRET: 's',
  }
  expect(takeSecrets(environment)).toEqual({ pepper: 'p' })
  expect(Object.keys(environment)).toEqual(['PATH', 'HF_TOKEN', 'SLUICE_HOME'])
})
