// The peer on status-go v0.50.0: its node with Whisper and, when asked, its
// messenger. Driven by JSON lines; see the README beside the folder.
package main

import (
	"errors"
	"os"

	"github.com/ethereum/go-ethereum/log"
	"github.com/ethereum/go-ethereum/p2p"

	gopeer "status-rs.example/interop/go-peer"
)

func main() {
	// The node logs to standard error, which the matrix keeps in a file.
	log.Root().SetHandler(log.LvlFilterHandler(log.LvlTrace, log.StreamHandler(os.Stderr, log.TerminalFormat(false))))

	lines := gopeer.NewLines()
	peer := &statusPeer{lines: lines}
	lines.Handle("start", peer.start)
	lines.Handle("stop", peer.stop)
	peer.serveChats(lines)
	peer.serveGroups(lines)
	peer.serveContacts(lines)
	peer.serveDevices(lines)
	peer.serveState(lines)
	gopeer.ServeNetwork(lines, func() *p2p.Server { return peer.node.Server() })
	gopeer.ServeWhisper(lines, func() gopeer.Caller { return peer.node.RPCPrivateClient() })
	lines.Serve()
}

var errNotStarted = errors.New("the node is not started")
