package gopeer

import (
	"encoding/json"
	"sync"
	"time"
)

// Caller is an RPC client; go-ethereum's and status-go's both are.
type Caller interface {
	Call(result interface{}, method string, args ...interface{}) error
}

// Whisper turns the matrix's methods for raw envelopes into the calls of
// Whisper's own RPC module, which both Go implementations share.
type Whisper struct {
	lines  *Lines
	caller func() Caller

	mu  sync.Mutex
	key string // our key pair's id, made at first use
}

type filterRequest struct {
	Password string   `json:"password"`
	Topics   []string `json:"topics"`
	MinPoW   float64  `json:"min_pow"`
}

type postRequest struct {
	Password  string  `json:"password"`
	PublicKey string  `json:"public_key"`
	Unsigned  bool    `json:"unsigned"`
	Topic     string  `json:"topic"`
	TTL       uint32  `json:"ttl"`
	PoWTarget float64 `json:"pow_target"`
	Payload   string  `json:"payload"`
}

// message is what Whisper's RPC module tells about an opened envelope.
type message struct {
	Sig       string  `json:"sig"`
	TTL       uint32  `json:"ttl"`
	Timestamp uint32  `json:"timestamp"`
	Topic     string  `json:"topic"`
	Payload   string  `json:"payload"`
	PoW       float64 `json:"pow"`
	Hash      string  `json:"hash"`
	Recipient string  `json:"recipientPublicKey"`
}

// ServeWhisper adds whisper_key, whisper_filter and whisper_post; opened
// envelopes become events of the name whisper_message.
func ServeWhisper(lines *Lines, caller func() Caller) {
	whisper := &Whisper{lines: lines, caller: caller}
	lines.Handle("whisper_key", func(json.RawMessage) (interface{}, error) {
		id, err := whisper.keyPair()
		if err != nil {
			return nil, err
		}
		var public string
		err = caller().Call(&public, "shh_getPublicKey", id)
		return map[string]string{"public_key": public}, err
	})
	lines.Handle("whisper_filter", func(params json.RawMessage) (interface{}, error) {
		var request filterRequest
		if err := json.Unmarshal(params, &request); err != nil {
			return nil, err
		}
		return whisper.filter(request)
	})
	lines.Handle("whisper_post", func(params json.RawMessage) (interface{}, error) {
		var request postRequest
		if err := json.Unmarshal(params, &request); err != nil {
			return nil, err
		}
		return whisper.post(request)
	})
}

func (w *Whisper) keyPair() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.key != "" {
		return w.key, nil
	}
	err := w.caller().Call(&w.key, "shh_newKeyPair")
	return w.key, err
}

// destination names the key of a filter or a message: of a password, or a key pair.
func (w *Whisper) symmetricKey(password string) (string, error) {
	var id string
	err := w.caller().Call(&id, "shh_generateSymKeyFromPassword", password)
	return id, err
}

func (w *Whisper) filter(request filterRequest) (interface{}, error) {
	criteria := map[string]interface{}{
		"topics": request.Topics,
		"minPow": request.MinPoW,
		// A light node of go-ethereum takes every envelope as one sent directly.
		"allowP2P": true,
	}
	var err error
	if request.Password != "" {
		criteria["symKeyID"], err = w.symmetricKey(request.Password)
	} else {
		criteria["privateKeyID"], err = w.keyPair()
	}
	if err != nil {
		return nil, err
	}
	var id string
	if err := w.caller().Call(&id, "shh_newMessageFilter", criteria); err != nil {
		return nil, err
	}
	go w.watch(id)
	return map[string]string{"filter": id}, nil
}

func (w *Whisper) post(request postRequest) (interface{}, error) {
	call := map[string]interface{}{
		"topic":     request.Topic,
		"ttl":       request.TTL,
		"powTarget": request.PoWTarget,
		"powTime":   5,
		"payload":   request.Payload,
	}
	var err error
	if request.Password != "" {
		if call["symKeyID"], err = w.symmetricKey(request.Password); err != nil {
			return nil, err
		}
	} else {
		call["pubKey"] = request.PublicKey
	}
	if !request.Unsigned {
		if call["sig"], err = w.keyPair(); err != nil {
			return nil, err
		}
	}
	var hash string
	err = w.caller().Call(&hash, "shh_post", call)
	return map[string]string{"hash": hash}, err
}

// watch polls one filter for as long as the process lives: in-process calls
// have no subscription in status-go's client.
func (w *Whisper) watch(filter string) {
	for range time.Tick(50 * time.Millisecond) {
		var messages []message
		if err := w.caller().Call(&messages, "shh_getFilterMessages", filter); err != nil {
			return
		}
		for _, message := range messages {
			w.lines.Emit("whisper_message", map[string]interface{}{
				"filter":  filter,
				"sig":     message.Sig,
				"ttl":     message.TTL,
				"topic":   message.Topic,
				"payload": message.Payload,
				"pow":     message.PoW,
				"hash":    message.Hash,
				"to":      message.Recipient,
			})
		}
	}
}
