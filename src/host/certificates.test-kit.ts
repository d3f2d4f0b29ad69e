import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Made once with openssl, valid for a hundred years, worth nothing: an authority, what it signed, and another one. */
const bodies = {
  authority:
    'MIIBiDCCAS+gAwIBAgIUFTpdb+XcAGYyRZJ0sskAYxJiMTUwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkw' +
    'IBcNMjYxMTIxMDUxNDM1WhgPMjEyNjEwMjgwNTE0MzVaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYI' +
    'KoZIzj0DAQcDQgAE+s0F3Skx8LRCQZmTi7qXkTsw4zGv9O+aA9iIgrBNTMD5VZ04M4WVST4bT3MgB6FZ9pOPKtcm8wFSeKrzJVqZ' +
    'nqNTMFEwHQYDVR0OBBYEFLL0I2Y2fz5TZINMKX3gMIqLPaOjMB8GA1UdIwQYMBaAFLL0I2Y2fz5TZINMKX3gMIqLPaOjMA8GA1Ud' +
    'EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgFCmtuX3AgXeYUeja4Ohe+JpgxO3LZAyKfKsyL1Z4MMYCIEH4fRzK8XFVgHuq' +
    'EwA3uMCVfvH3/x0wKJZs8n5zWhpr',
  server:
    'MIIBjDCCATKgAwIBAgIUJh2Lm5GiJv0p/G3p7qdh86OqlfgwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkw' +
    'IBcNMjYxMTIxMDUxNDM1WhgPMjEyNjEwMjgwNTE0MzVaMBExDzANBgNVBAMMBnNlcnZlcjBZMBMGByqGSM49AgEGCCqGSM49AwEH' +
    'A0IABAPoJO8GiQlMFQ9HKD+L4sSJppUMoGhYikonJWr/inAzDZcPBkfc3g237XhL0Nn1goDZzbTZBQbTrb6DLXDBfG6jXjBcMBoG' +
    'A1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAdBgNVHQ4EFgQU+TJBKAsXivaWrAcoRZrNyyL+Fl8wHwYDVR0jBBgwFoAUsvQjZjZ/' +
    'PlNkg0wpfeAwios9o6MwCgYIKoZIzj0EAwIDSAAwRQIhAKDKUj5mhvItUTZCoq28liyItwSyZqFev5BTkoMj60MqAiBlUdDJQFKU' +
    '+mriMV7JqbnrkSvYe7P9J8DC0sFxERgsbg==',
  serverKey:
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTwxyXqsfnUkcyzSfjJyNO+DeDsklz9f5RpiFzVt6/JShRANCAAQD' +
    '6CTvBokJTBUPRyg/i+LEiaaVDKBoWIpKJyVq/4pwMw2XDwZH3N4Nt+14S9DZ9YKA2c202QUG062+gy1wwXxu',
  client:
    'MIIBJTCBzQIUJh2Lm5GiJv0p/G3p7qdh86OqlfkwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYx' +
    'MTIxMDUxNDM1WhgPMjEyNjEwMjgwNTE0MzVaMBExDzANBgNVBAMMBmNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGyj' +
    'mplK97Kd3Z55SJlrtATxPPrJOwCqOr06PJdRNnMZuT4zv36wfO+CQC2mQzedrqPTbwJHRZ4Uz2QbyZXw08kwCgYIKoZIzj0EAwID' +
    'RwAwRAIgXpBkhtCxpx+NG6IJGztQlFuarorc1FvngExTmjP5LScCIHjr0KdbMNzF8tVJ5d9XNalkgQzE1yUPNFa91Cx1b3Pb',
  clientKey:
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGijEPhYzS4AlEcZkqWolVAiD21d1Q+2AlQqi+PzayWqhRANCAARs' +
    'o5qZSveynd2eeUiZa7QE8Tz6yTsAqjq9OjyXUTZzGbk+M79+sHzvgkAtpkM3na6j028CR0WeFM9kG8mV8NPJ',
  stranger:
    'MIIBjzCCATWgAwIBAgIUTop56wzkUdhzsDzP3UDwkdc9fYMwCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwRYW5vdGhlciBhdXRob3Jp' +
    'dHkwIBcNMjYxMTIxMDUxNDM1WhgPMjEyNjEwMjgwNTE0MzVaMBwxGjAYBgNVBAMMEWFub3RoZXIgYXV0aG9yaXR5MFkwEwYHKoZI' +
    'zj0CAQYIKoZIzj0DAQcDQgAEKldApbi+CqchJbT3yuckFwylOLyta3NtIECTf21BiJAnl3kzrrixhLPFuyVNXnyl15iHO/XKYUCZ' +
    '58s+Yzn5G6NTMFEwHQYDVR0OBBYEFM0HJvrGn2dnRqOe2UG3tn5cxn3fMB8GA1UdIwQYMBaAFM0HJvrGn2dnRqOe2UG3tn5cxn3f' +
    'MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgPUMqIbLZZYnh+1zXAb5oSQAUlI5wjl0XJVGGBmZPmYICIQDs0PEn' +
    'inV9GhokiCJreKI+EO84LQwouUzPECwYtSD58Q==',
  strangerKey:
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9aK/m5HAZrGILnWebx6IhjJ7sgb/bKl6BvWE+zLEkYWhRANCAAQq' +
    'V0CluL4KpyEltPfK5yQXDKU4vK1rc20gQJN/bUGIkCeXeTOuuLGEs8W7JU1efKXXmIc79cphQJnnyz5jOfkb',
}

const wrap = (label: string, body: string) =>
  `-----BEGIN ${label}-----\n${body.match(/.{1,64}/g)!.join('\n')}\n-----END ${label}-----\n`

/** The files by name. `server` is for localhost and 127.0.0.1. */
export function writeCertificates(folder: string): Record<keyof typeof bodies, string> {
  mkdirSync(folder, { recursive: true })
  const entries = Object.entries(bodies).map(([name, body]) => {
    const path = join(folder, `${name}.pem`)
    writeFileSync(path, wrap(name.endsWith('Key') ? 'PRIVATE KEY' : 'CERTIFICATE', body))
    return [name, path]
  })
  return Object.fromEntries(entries) as Record<keyof typeof bodies, string>
}
