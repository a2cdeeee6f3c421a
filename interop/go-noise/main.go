// One side of a Noise handshake on flynn/noise, and the messages after it. Driven
// by JSON lines; see the README beside the folder. Each request is answered before
// the next is read, since the messages of a handshake have an order.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/flynn/noise"
	"golang.org/x/crypto/curve25519"
)

// The handshakes that the library does not bring itself.
var (
	xk1 = noise.HandshakePattern{
		Name:                 "XK1",
		ResponderPreMessages: []noise.MessagePattern{noise.MessagePatternS},
		Messages: [][]noise.MessagePattern{
			{noise.MessagePatternE},
			{noise.MessagePatternE, noise.MessagePatternDHEE, noise.MessagePatternDHES},
			{noise.MessagePatternS, noise.MessagePatternDHSE},
		},
	}
	k1k1 = noise.HandshakePattern{
		Name:                 "K1K1",
		InitiatorPreMessages: []noise.MessagePattern{noise.MessagePatternS},
		ResponderPreMessages: []noise.MessagePattern{noise.MessagePatternS},
		Messages: [][]noise.MessagePattern{
			{noise.MessagePatternE},
			{noise.MessagePatternE, noise.MessagePatternDHEE, noise.MessagePatternDHES},
			{noise.MessagePatternDHSE},
		},
	}
	patterns = map[string]noise.HandshakePattern{
		"XX": noise.HandshakeXX, "XXpsk0": noise.HandshakeXX, "XK1": xk1, "K1K1": k1k1,
	}
)

// bytesHex is bytes as 0x-hex.
type bytesHex []byte

func (b bytesHex) MarshalJSON() ([]byte, error) {
	return json.Marshal("0x" + hex.EncodeToString(b))
}

func (b *bytesHex) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	*b = decoded
	return err
}

type request struct {
	ID     uint64 `json:"id"`
	Method string `json:"method"`
	Params struct {
		Pattern   string   `json:"pattern"`
		Initiator bool     `json:"initiator"`
		Static    bytesHex `json:"static"`
		Remote    bytesHex `json:"remote"`
		Psk       bytesHex `json:"psk"`
		Prologue  bytesHex `json:"prologue"`
		Payload   bytesHex `json:"payload"`
		Message   bytesHex `json:"message"`
		Ad        bytesHex `json:"ad"`
	} `json:"params"`
}

type side struct {
	initiator          bool
	handshake          *noise.HandshakeState
	sending, receiving *noise.CipherState
}

func (s *side) start(r *request) (any, error) {
	pattern, known := patterns[r.Params.Pattern]
	if !known {
		return nil, fmt.Errorf("unknown pattern %q", r.Params.Pattern)
	}
	public, err := curve25519.X25519(r.Params.Static, curve25519.Basepoint)
	if err != nil {
		return nil, err
	}
	suite := noise.NewCipherSuite(noise.DH25519, noise.CipherChaChaPoly, noise.HashSHA256)
	config := noise.Config{
		CipherSuite:   suite,
		Pattern:       pattern,
		Initiator:     r.Params.Initiator,
		Prologue:      r.Params.Prologue,
		PresharedKey:  r.Params.Psk,
		StaticKeypair: noise.DHKey{Private: r.Params.Static, Public: public},
		PeerStatic:    r.Params.Remote,
	}
	s.initiator = r.Params.Initiator
	s.handshake, err = noise.NewHandshakeState(config)
	return true, err
}

// keep takes the keys that the last message of a handshake gives.
func (s *side) keep(first, second *noise.CipherState) {
	if first == nil {
		return
	}
	if s.initiator {
		s.sending, s.receiving = first, second
	} else {
		s.sending, s.receiving = second, first
	}
}

func (s *side) answer(r *request) (any, error) {
	if r.Method == "noise_start" {
		return s.start(r)
	}
	if s.handshake == nil {
		return nil, errors.New("not started")
	}
	switch r.Method {
	case "noise_write":
		message, first, second, err := s.handshake.WriteMessage(nil, r.Params.Payload)
		s.keep(first, second)
		return bytesHex(message), err
	case "noise_read":
		payload, first, second, err := s.handshake.ReadMessage(nil, r.Params.Message)
		s.keep(first, second)
		return bytesHex(payload), err
	case "noise_hash":
		return bytesHex(s.handshake.ChannelBinding()), nil
	case "noise_remote":
		return bytesHex(s.handshake.PeerStatic()), nil
	case "noise_encrypt", "noise_decrypt":
		if s.sending == nil {
			return nil, errors.New("the handshake is not finished")
		}
		if r.Method == "noise_encrypt" {
			message, err := s.sending.Encrypt(nil, r.Params.Ad, r.Params.Payload)
			return bytesHex(message), err
		}
		payload, err := s.receiving.Decrypt(nil, r.Params.Ad, r.Params.Message)
		return bytesHex(payload), err
	}
	return nil, fmt.Errorf("unknown method %q", r.Method)
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(make([]byte, 64*1024), 16*1024*1024)
	out := json.NewEncoder(os.Stdout)
	var s side
	for input.Scan() {
		var r request
		err := json.Unmarshal(input.Bytes(), &r)
		var result any
		if err == nil {
			result, err = s.answer(&r)
		}
		answer := map[string]any{"id": r.ID, "result": result}
		if err != nil {
			answer = map[string]any{"id": r.ID, "error": err.Error()}
		}
		if err := out.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, "cannot write an answer:", err)
			return
		}
	}
}
