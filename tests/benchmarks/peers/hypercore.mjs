// Measures hypercore by itself: `append FOLDER BATCH` or `audit FOLDER COUNT`; prints {"seconds": …}.
// An audit is what a reader does: it replicates the log, and checks each block against the signed head.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Hypercore from 'hypercore'

const [what, folder, number] = process.argv.slice(2)

function events() {
  const raw = readFileSync(join(folder, 'events.bin'))
  const read = []
  for (let at = 0; at < raw.length;) {
    const length = raw.readUInt32BE(at)
    read.push(raw.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return read
}

async function append(batch) {
  const log = new Hypercore(join(folder, 'log'))
  await log.ready()
  const all = events()
  const begun = performance.now()
  for (let at = 0; at < all.length; at += batch) await log.append(all.slice(at, at + batch))
  const seconds = (performance.now() - begun) / 1000
  await log.close()
  return seconds
}

async function audit(count) {
  const log = new Hypercore(join(folder, 'log'))
  await log.ready()
  const reader = new Hypercore(join(folder, `reader-${Date.now()}`), log.key)
  await reader.ready()
  const begun = performance.now()
  const [here, there] = [log.replicate(true), reader.replicate(false)]
  here.pipe(there).pipe(here)
  await reader.update({ wait: true })
  await reader.download({ start: 0, end: count }).done()
  const seconds = (performance.now() - begun) / 1000
  if (reader.contiguousLength !== count) throw new Error(`read ${reader.contiguousLength} of ${count}`)
  await reader.close()
  await log.close()
  return seconds
}

const seconds = await (what === 'append' ? append(Number(number)) : audit(Number(number)))
console.log(JSON.stringify({ seconds }))
process.exit(0)
