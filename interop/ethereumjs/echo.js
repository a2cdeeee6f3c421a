// The echo subprotocol: whatever comes with an even code goes back with the
// next odd code, byte for byte; odd codes are only reported.
import { bytesToHex } from '@ethereumjs/util'
import snappy from 'snappyjs'

import { emit } from './lines.js'

// As many codes as Whisper has, so its name and place can be Whisper's.
const LENGTH = 128

export class Echo {
  // The library makes one for each connection that shares the capability.
  constructor(_version, peer, write) {
    this._peer = peer
    this._write = write
  }

  /** Sends bytes as they are; the library leaves compression to subprotocols. */
  send(code, payload) {
    const compressed = this._peer.getHelloMessage().protocolVersion >= 5
    this._write(code, compressed ? snappy.compress(payload) : payload)
  }

  // Called by the library, under this name.
  _handleMessage(code, payload) {
    emit('message', { code, payload: bytesToHex(payload) })
    if (code % 2 === 0) this.send(code + 1, payload)
  }
}

export function capability(name) {
  return { name, version: 6, length: LENGTH, constructor: Echo }
}
