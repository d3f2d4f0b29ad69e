type Service = { base_url: string; pid: number; models_loaded: string[]; default_model: string }

/** What `serve` prints: where the gateway is, and how to call it. */
export function describeService(
  { base_url, pid, models_loaded, default_model }: Service,
  started: boolean,
): string {
  const models =
    models_loaded.length > 0 ? models_loaded.join(', ') : `${default_model}, loaded by its first request`
  const body = JSON.stringify({
    model: default_model,
    messages: [{ role: 'user', content: 'Tell me a short story.' }],
  })
  return [
    `sluice ${started ? 'is ready' : 'runs already'} at ${base_url}/v1 (process ${pid})`,
    '',
    `  models   ${models}`,
    `  chat     sluice chat`,
    `  bench    sluice bench --concurrency 4`,
    `  stop     sluice stop`,
    '',
    `curl ${base_url}/v1/chat/completions -H 'content-type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n')
}
