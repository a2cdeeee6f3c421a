// Makes the library's peers behave as older software did.
import { Peer } from '@ethereumjs/devp2p'
import { RLP } from '@ethereumjs/rlp'
import { intToBytes } from '@ethereumjs/util'

const HELLO = 0

// An answer to a handshake in the form from before EIP-8.
const ACK_LENGTH = 210

/**
 * Protocol version 4, which has no snappy. The library always offers 5 and
 * looks only at what the other side offers, so both are changed.
 */
export function speakVersion(version) {
  const sendMessage = Peer.prototype._sendMessage
  Peer.prototype._sendMessage = function (code, data) {
    if (code !== HELLO) return sendMessage.call(this, code, data)
    const hello = RLP.decode(data)
    hello[0] = intToBytes(version)
    return sendMessage.call(this, code, RLP.encode(hello))
  }
  const handleHello = Peer.prototype._handleHello
  Peer.prototype._handleHello = function (payload) {
    const offered = payload[0][0]
    payload[0] = intToBytes(Math.min(offered, version))
    return handleHello.call(this, payload)
  }
}

/**
 * Dials with a handshake in the form from before EIP-8. The library can write
 * it, but tells the form of the answer by comparing arrays, which never are
 * the same one; so the answer is read here.
 */
export function shakeHandsAsBefore() {
  const sendAuth = Peer.prototype._sendAuth
  Peer.prototype._sendAuth = function () {
    this._EIP8 = false
    return sendAuth.call(this)
  }
  Peer.prototype._handleAck = function () {
    this._eciesSession.parseAckPlain(this._socketData.subarray(0, ACK_LENGTH))
    this._state = 'Header'
    this._nextPacketSize = 32
    process.nextTick(() => this._sendHello())
    this._socketData = this._socketData.subarray(ACK_LENGTH)
  }
}
