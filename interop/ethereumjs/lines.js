// The JSON lines that drive a peer: requests on standard input, answers and
// events on standard output.
import { createInterface } from 'node:readline'

/** Writes an event with its fields. */
export function emit(event, fields = {}) {
  write({ event, ...fields })
}

/** Answers requests with the given methods until standard input ends. */
export function serve(methods) {
  const input = createInterface({ input: process.stdin })
  input.on('line', async (line) => {
    let id = 0
    try {
      const request = JSON.parse(line)
      id = request.id
      const method = methods[request.method]
      if (method === undefined) throw new Error(`unknown method "${request.method}"`)
      write({ id, result: (await method(request.params ?? {})) ?? true })
    } catch (error) {
      write({ id, error: String(error.message ?? error) })
    }
  })
  input.on('close', () => process.exit(0))
}

function write(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
