// A scripted worker in a process of its own, to be killed: it streams until then.
import { delta, openScriptedWorker, started } from './scripted-worker.test-kit.ts'

const worker = await openScriptedWorker({ listen: process.argv[2]! })
for (let count = 1; ; count++) {
  if (count === 1) process.send!(worker.target)
  const call = await worker.called(count)
  call.write(started)
  setInterval(() => call.write(delta('word ')), 1)
}
