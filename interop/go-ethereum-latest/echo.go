package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/p2p"

	gopeer "status-rs.example/interop/go-peer"
)

// The echo subprotocol: whatever comes with an even code goes back with the
// next odd code, byte for byte; odd codes are only reported. It claims as many
// codes as Whisper does, so its name and place can be Whisper's.
const protocolLength = 128

type echo struct {
	lines  *gopeer.Lines
	silent bool

	mu      sync.Mutex
	current p2p.MsgReadWriter
}

func (e *echo) run(_ *p2p.Peer, messages p2p.MsgReadWriter) error {
	e.mu.Lock()
	e.current = messages
	e.mu.Unlock()
	for {
		message, err := messages.ReadMsg()
		if err != nil {
			return err
		}
		payload, err := io.ReadAll(message.Payload)
		if err != nil {
			return err
		}
		e.lines.Emit("message", map[string]interface{}{
			"code": message.Code, "payload": "0x" + hex.EncodeToString(payload),
		})
		if !e.silent && message.Code%2 == 0 {
			if err := writeMessage(messages, message.Code+1, payload); err != nil {
				return err
			}
		}
	}
}

type sendRequest struct {
	Code    uint64 `json:"code"`
	Payload string `json:"payload"`
}

func (r sendRequest) bytes() ([]byte, error) {
	if len(r.Payload) < 2 || r.Payload[:2] != "0x" {
		return nil, errors.New("the payload must be 0x-hex")
	}
	return hex.DecodeString(r.Payload[2:])
}

// send writes one message to the last peer that connected.
func (p *latestPeer) send(params json.RawMessage) (interface{}, error) {
	var request sendRequest
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	payload, err := request.bytes()
	if err != nil {
		return nil, err
	}
	// The server announces a peer before it runs the subprotocol with it.
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		p.echo.mu.Lock()
		peer := p.echo.current
		p.echo.mu.Unlock()
		if peer != nil {
			return true, writeMessage(peer, request.Code, payload)
		}
	}
	return nil, errors.New("nobody is connected")
}

func writeMessage(writer p2p.MsgWriter, code uint64, payload []byte) error {
	return writer.WriteMsg(p2p.Msg{Code: code, Size: uint32(len(payload)), Payload: bytes.NewReader(payload)})
}
