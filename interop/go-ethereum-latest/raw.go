package main

import (
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/rlpx"
	"github.com/ethereum/go-ethereum/rlp"
)

// Message ids of the connection itself; subprotocols start at 16.
const (
	helloID      = 0
	disconnectID = 1
	pingID       = 2
	pongID       = 3
	firstID      = 16
)

// A bare connection gives up after this long, whatever it waits for.
const rawTimeout = 15 * time.Second

type capability struct {
	Name    string
	Version uint
}

type hello struct {
	Version    uint64
	Name       string
	Caps       []capability
	ListenPort uint64
	ID         []byte
	Rest       []rlp.RawValue `rlp:"tail"`
}

// rawRequest says what a bare connection claims in its Hello.
type rawRequest struct {
	Enode    string `json:"enode"`
	Version  uint64 `json:"version"`
	Protocol string `json:"protocol"`
	// Private key in hex; a new one if there is none.
	Key string `json:"key"`
	// Says goodbye with this reason once both sides said Hello.
	Goodbye *uint64 `json:"goodbye"`
	// Sends this many bytes that are no RLPx frame after Hello.
	Garbage int `json:"garbage"`
}

// keyOf reads a private key, or makes one if there is none.
func keyOf(hexKey string) (*ecdsa.PrivateKey, error) {
	if hexKey == "" {
		return crypto.GenerateKey()
	}
	return crypto.HexToECDSA(hexKey)
}

// rawDial runs one bare connection to a node; what happens on it is reported
// as raw_hello, message and raw_closed.
func (p *latestPeer) rawDial(params json.RawMessage) (interface{}, error) {
	request := rawRequest{Version: 5, Protocol: "shh"}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	node, err := enode.ParseV4(request.Enode)
	if err != nil {
		return nil, err
	}
	endpoint, known := node.TCPEndpoint()
	if !known {
		return nil, fmt.Errorf("%s has no address", request.Enode)
	}
	socket, err := net.DialTimeout("tcp", endpoint.String(), rawTimeout)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(request.Key)
	if err != nil {
		return nil, err
	}
	go p.runRaw(socket, node.Pubkey(), key, request)
	return true, nil
}

// rawListen accepts one bare connection and returns the address to dial.
func (p *latestPeer) rawListen(params json.RawMessage) (interface{}, error) {
	request := rawRequest{Version: 5, Protocol: "shh"}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	key, err := keyOf(request.Key)
	if err != nil {
		return nil, err
	}
	go func() {
		defer listener.Close()
		if socket, err := listener.Accept(); err == nil {
			p.runRaw(socket, nil, key, request)
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	self := enode.NewV4(&key.PublicKey, net.IPv4(127, 0, 0, 1), port, 0)
	return map[string]string{"enode": self.URLv4()}, nil
}

func (p *latestPeer) runRaw(socket net.Conn, remote *ecdsa.PublicKey, key *ecdsa.PrivateKey, request rawRequest) {
	connection := rlpx.NewConn(socket, remote)
	defer connection.Close()
	reason, err := p.talkRaw(connection, socket, key, request)
	fields := map[string]interface{}{}
	if err != nil {
		fields["error"] = err.Error()
	} else {
		fields["reason"] = reason
	}
	p.lines.Emit("raw_closed", fields)
}

// talkRaw ends with the reason that the other side gave, or an error.
func (p *latestPeer) talkRaw(connection *rlpx.Conn, socket net.Conn, key *ecdsa.PrivateKey, request rawRequest) (uint64, error) {
	connection.SetDeadline(time.Now().Add(rawTimeout))
	if _, err := connection.Handshake(key); err != nil {
		return 0, fmt.Errorf("handshake: %w", err)
	}
	ours, err := rlp.EncodeToBytes(&hello{
		Version: request.Version,
		Name:    "interop-raw",
		Caps:    []capability{{Name: request.Protocol, Version: 6}},
		ID:      crypto.FromECDSAPub(&key.PublicKey)[1:],
	})
	if err != nil {
		return 0, err
	}
	if _, err := connection.Write(helloID, ours); err != nil {
		return 0, err
	}
	for {
		id, data, _, err := connection.Read()
		if err != nil {
			return 0, err
		}
		switch id {
		case helloID:
			if err := p.rawHello(connection, data, request); err != nil {
				return 0, err
			}
			if request.Garbage > 0 {
				socket.Write(make([]byte, request.Garbage))
			}
		case disconnectID:
			return reasonOf(data)
		case pingID:
			connection.Write(pongID, []byte{0xc0})
		case pongID:
		default:
			p.lines.Emit("message", map[string]interface{}{
				"code": id - firstID, "payload": "0x" + hex.EncodeToString(data),
			})
			if id%2 == 0 {
				connection.Write(id+1, data)
			}
		}
	}
}

// rawHello reports the other side's Hello. Both must offer version 5 for
// snappy; go-ethereum itself looks at the other side only, since it always
// offers 5.
func (p *latestPeer) rawHello(connection *rlpx.Conn, data []byte, request rawRequest) error {
	var theirs hello
	if err := rlp.DecodeBytes(data, &theirs); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	connection.SetSnappy(theirs.Version >= 5 && request.Version >= 5)
	p.lines.Emit("raw_hello", map[string]interface{}{
		"version": theirs.Version, "client": theirs.Name, "caps": theirs.Caps,
		"port": theirs.ListenPort, "peer": hex.EncodeToString(theirs.ID),
	})
	if request.Goodbye == nil {
		return nil
	}
	goodbye, err := rlp.EncodeToBytes([]uint64{*request.Goodbye})
	if err != nil {
		return err
	}
	_, err = connection.Write(disconnectID, goodbye)
	return err
}

// reasonOf reads a goodbye: a list with the reason, or the bare reason.
func reasonOf(data []byte) (uint64, error) {
	var list []uint64
	if err := rlp.DecodeBytes(data, &list); err == nil && len(list) > 0 {
		return list[0], nil
	}
	var bare uint64
	if err := rlp.DecodeBytes(data, &bare); err != nil {
		return 0, fmt.Errorf("goodbye %x: %w", data, err)
	}
	return bare, nil
}
