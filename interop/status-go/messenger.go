package main

import (
	"encoding/hex"
	"encoding/json"
	"path/filepath"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/status-im/status-go/appdatabase"
	"github.com/status-im/status-go/params"
	"github.com/status-im/status-go/signal"
	"go.uber.org/zap"
)

// chatMessage is what the application would show of a message.
type chatMessage struct {
	ID               string `json:"id"`
	From             string `json:"from"`
	Text             string `json:"text"`
	Chat             string `json:"localChatId"`
	Clock            uint64 `json:"clock"`
	Timestamp        uint64 `json:"timestamp"`
	WhisperTimestamp uint64 `json:"whisperTimestamp"`
}

// startMessenger gives the node an identity and starts its chat; the
// identity's public key is returned as 0x04...
func (p *statusPeer) startMessenger(config *params.NodeConfig) (string, error) {
	identity, err := crypto.GenerateKey()
	if err != nil {
		return "", err
	}
	whisper, err := p.node.WhisperService()
	if err != nil {
		return "", err
	}
	if _, err := whisper.AddKeyPair(identity); err != nil {
		return "", err
	}
	database, err := appdatabase.InitializeDB(filepath.Join(p.directory, "app.sql"), "password")
	if err != nil {
		return "", err
	}
	service, err := p.node.ShhExtService()
	if err != nil {
		return "", err
	}
	signal.SetDefaultNodeNotificationHandler(p.onSignal)
	signal.SetMobileSignalHandler(func(event []byte) { p.onSignal(string(event)) })
	logger, err := zap.NewDevelopment()
	if err != nil {
		return "", err
	}
	if err := service.InitProtocol(identity, database, logger); err != nil {
		return "", err
	}
	if err := service.StartMessenger(); err != nil {
		return "", err
	}
	return "0x" + hexOf(crypto.FromECDSAPub(&identity.PublicKey)), nil
}

// onSignal passes on what the application would be told.
func (p *statusPeer) onSignal(event string) {
	var signal struct {
		Type  string          `json:"type"`
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal([]byte(event), &signal); err != nil {
		return
	}
	switch signal.Type {
	case "messages.new":
		var received struct {
			Messages []chatMessage `json:"messages"`
		}
		if err := json.Unmarshal(signal.Event, &received); err != nil {
			return
		}
		for _, message := range received.Messages {
			p.lines.Emit("chat_message", message.fields())
		}
	case "envelope.sent", "envelope.expired":
		p.lines.Emit(signal.Type, map[string]interface{}{"detail": signal.Event})
	}
}

func (m chatMessage) fields() map[string]interface{} {
	return map[string]interface{}{
		"id": m.ID, "from": m.From, "text": m.Text, "chat": m.Chat,
		"clock": m.Clock, "timestamp": m.Timestamp,
		"whisper_timestamp": m.WhisperTimestamp,
	}
}

func (p *statusPeer) joinChat(params json.RawMessage) (interface{}, error) {
	var request struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	chat := map[string]interface{}{
		"id": request.Name, "name": request.Name, "chatType": 2, "active": true, "color": "#000000",
	}
	client := p.node.RPCPrivateClient()
	if err := client.Call(nil, "shhext_saveChat", chat); err != nil {
		return nil, err
	}
	return true, client.Call(nil, "shhext_join", chat)
}

func (p *statusPeer) sendChat(params json.RawMessage) (interface{}, error) {
	var request struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	var response struct {
		Messages []chatMessage `json:"messages"`
	}
	err := p.node.RPCPrivateClient().Call(&response, "shhext_sendChatMessage", map[string]interface{}{
		"chatId": request.Name, "text": request.Text, "contentType": 1,
	})
	if err != nil || len(response.Messages) == 0 {
		return nil, err
	}
	return response.Messages[0].fields(), nil
}

func hexOf(data []byte) string {
	return hex.EncodeToString(data)
}
