package main

import (
	"encoding/json"
)

// contentText is what people type.
const contentText = 1

// contentSystem marks the lines that a messenger writes into a group itself
// ("so-and-so joined").
const contentSystem = 6

// chatMessage is what the application would show of a message.
type chatMessage struct {
	ID               string `json:"id"`
	From             string `json:"from"`
	Text             string `json:"text"`
	Chat             string `json:"localChatId"`
	ResponseTo       string `json:"responseTo"`
	Clock            uint64 `json:"clock"`
	Timestamp        uint64 `json:"timestamp"`
	WhisperTimestamp uint64 `json:"whisperTimestamp"`
	ContentType      int    `json:"contentType"`
	OutgoingStatus   string `json:"outgoingStatus"`
}

// chat is what the application would list of a chat.
type chat struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Type     int    `json:"chatType"`
	Active   bool   `json:"active"`
	Unviewed uint   `json:"unviewedMessagesCount"`
	Members  []struct {
		ID     string `json:"id"`
		Admin  bool   `json:"admin"`
		Joined bool   `json:"joined"`
	} `json:"members"`
	Events []json.RawMessage `json:"membershipUpdateEvents"`
}

type contact struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Picture     string   `json:"photoPath"`
	LastUpdated uint64   `json:"lastUpdated"`
	Tags        []string `json:"systemTags"`
}

type installation struct {
	Identity  string `json:"identity"`
	ID        string `json:"id"`
	Version   uint32 `json:"version"`
	Enabled   bool   `json:"enabled"`
	Timestamp int64  `json:"timestamp"`
	Metadata  *struct {
		Name string `json:"name"`
		Type string `json:"deviceType"`
	} `json:"metadata"`
}

// response is what most calls of the messenger give, and what it announces.
type response struct {
	Chats         []chat         `json:"chats"`
	Messages      []chatMessage  `json:"messages"`
	Contacts      []contact      `json:"contacts"`
	Installations []installation `json:"installations"`
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
		var received response
		if err := json.Unmarshal(signal.Event, &received); err != nil {
			p.lines.Emit("signal_unreadable", map[string]interface{}{"detail": err.Error()})
			return
		}
		p.announce(received)
	case "envelope.sent", "envelope.expired", "whisper.filter.added":
		p.lines.Emit(signal.Type, map[string]interface{}{"detail": signal.Event})
	}
}

// announce makes an event of each thing that changed.
func (p *statusPeer) announce(received response) {
	for _, chat := range received.Chats {
		p.lines.Emit("chat", chat.fields())
	}
	for _, contact := range received.Contacts {
		p.lines.Emit("contact", contact.fields())
	}
	for _, installation := range received.Installations {
		p.lines.Emit("installation", installation.fields())
	}
	for _, message := range received.Messages {
		name := "chat_message"
		if message.ContentType == contentSystem {
			name = "system_message"
		}
		p.lines.Emit(name, message.fields())
	}
}

func (m chatMessage) fields() map[string]interface{} {
	return map[string]interface{}{
		"message": m.ID, "id": m.ID, "from": m.From, "text": m.Text, "chat": m.Chat,
		"response_to": m.ResponseTo, "clock": m.Clock, "timestamp": m.Timestamp,
		"whisper_timestamp": m.WhisperTimestamp, "content_type": m.ContentType,
		"status": m.OutgoingStatus,
	}
}

func (c chat) fields() map[string]interface{} {
	members := []map[string]interface{}{}
	for _, member := range c.Members {
		members = append(members, map[string]interface{}{
			"person": member.ID, "admin": member.Admin, "joined": member.Joined,
		})
	}
	return map[string]interface{}{
		"chat": c.ID, "name": c.Name, "type": c.Type, "active": c.Active,
		"unread": c.Unviewed, "members": members, "events": len(c.Events),
	}
}

func (c contact) fields() map[string]interface{} {
	return map[string]interface{}{
		"person": c.ID, "name": c.Name, "picture": c.Picture, "last_updated": c.LastUpdated,
		"added":    contains(c.Tags, ":contact/added"),
		"added_us": contains(c.Tags, ":contact/request-received"),
		"blocked":  contains(c.Tags, ":contact/blocked"),
	}
}

func (i installation) fields() map[string]interface{} {
	fields := map[string]interface{}{
		"installation": i.ID, "version": i.Version, "enabled": i.Enabled, "timestamp": i.Timestamp,
	}
	if i.Metadata != nil {
		fields["name"] = i.Metadata.Name
		fields["type"] = i.Metadata.Type
	}
	return fields
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}
