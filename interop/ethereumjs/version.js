// Makes the library's peers speak the older protocol version 4, which has no
// snappy. The library always offers 5 and looks only at what the other side
// offers, so both are changed here.
import { Peer } from '@ethereumjs/devp2p'
import { RLP } from '@ethereumjs/rlp'
import { intToBytes } from '@ethereumjs/util'

const HELLO = 0

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
