// The peer on @ethereumjs/devp2p: RLPx with an echo subprotocol. Driven by
// JSON lines; see the README beside the folder.
import { RLPx } from '@ethereumjs/devp2p'
import { bytesToHex, bytesToUnprefixedHex, hexToBytes, randomBytes, utf8ToBytes } from '@ethereumjs/util'

import { capability } from './echo.js'
import { emit, serve } from './lines.js'
import { shakeHandsAsBefore, speakVersion } from './older.js'

let rlpx
const connected = new Set()

function start({ version = 5, protocol = 'shh', max_peers = 10, older_handshake = false }) {
  if (version !== 5) speakVersion(version)
  if (older_handshake) shakeHandsAsBefore()
  rlpx = new RLPx(randomBytes(32), {
    clientId: utf8ToBytes('interop/ethereumjs'),
    capabilities: [capability(protocol)],
    maxPeers: max_peers,
    // None at all: the library writes a zero as a byte, which is no RLP integer.
    listenPort: null,
  })
  rlpx.events.on('peer:added', (peer) => {
    connected.add(peer)
    const hello = peer.getHelloMessage()
    emit('peer_connected', {
      peer: bytesToUnprefixedHex(peer.getId()),
      client: hello.clientId,
      version: hello.protocolVersion,
      caps: hello.capabilities,
    })
  })
  rlpx.events.on('peer:removed', (peer, reason, byUs) => {
    connected.delete(peer)
    emit('peer_disconnected', { peer: bytesToUnprefixedHex(peer.getId()), reason, by_us: byUs === true })
  })
  rlpx.events.on('peer:error', (_peer, error) => emit('peer_error', { error: String(error) }))
  rlpx.events.on('error', (error) => emit('error', { error: String(error) }))
  return new Promise((resolve) => {
    rlpx.events.once('listening', () => {
      const { port } = rlpx._server.address()
      resolve({ enode: `enode://${bytesToUnprefixedHex(rlpx.id)}@127.0.0.1:${port}` })
    })
    rlpx.listen(0, '127.0.0.1')
  })
}

async function addPeer({ enode }) {
  const { username, hostname, port } = new URL(enode.replace('enode:', 'http:'))
  await rlpx.connect({ id: hexToBytes(`0x${username}`), address: hostname, tcpPort: Number(port) })
}

function send({ code, payload }) {
  const [peer] = connected
  if (peer === undefined) throw new Error('nobody is connected')
  peer.getProtocols()[0].send(code, hexToBytes(payload))
}

function disconnect({ reason }) {
  for (const peer of connected) peer.disconnect(reason)
  return connected.size
}

process.on('uncaughtException', (error) => emit('error', { error: bytesOrText(error) }))

function bytesOrText(error) {
  return error instanceof Uint8Array ? bytesToHex(error) : String(error.stack ?? error)
}

serve({ start, add_peer: addPeer, send, disconnect, stop: () => rlpx.destroy() })
