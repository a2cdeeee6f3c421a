package main

import (
	"encoding/json"
	"errors"

	gopeer "status-rs.example/interop/go-peer"
)

// Kinds of chat as the messenger numbers them.
const (
	oneToOne   = 1
	publicChat = 2
)

// request has every parameter that the methods of the messenger take.
type request struct {
	// Chat is the id of any chat; a public one's is its name.
	Chat       string   `json:"chat"`
	Name       string   `json:"name"`
	Text       string   `json:"text"`
	ResponseTo string   `json:"response_to"`
	Person     string   `json:"person"`
	People     []string `json:"people"`
	Picture    string   `json:"picture"`
	Type       string   `json:"type"`
	Device     string   `json:"device"`
	Limit      int      `json:"limit"`
	// ContentType is a number of the protocol; 0 is text.
	ContentType int `json:"content_type"`
	Sticker     *struct {
		Hash string `json:"hash"`
		Pack int32  `json:"pack"`
	} `json:"sticker"`
}

// handle adds a method whose parameters are those of request.
func (p *statusPeer) handle(lines *gopeer.Lines, method string, handler func(request) (interface{}, error)) {
	lines.Handle(method, func(params json.RawMessage) (interface{}, error) {
		var asked request
		if err := json.Unmarshal(params, &asked); err != nil {
			return nil, err
		}
		return handler(asked)
	})
}

// serveChats adds the methods of public and one-to-one chats.
func (p *statusPeer) serveChats(lines *gopeer.Lines) {
	p.handle(lines, "chat_join", func(asked request) (interface{}, error) {
		return true, p.openChat(asked.Name, asked.Name, publicChat)
	})
	// The application does this when somebody's profile is opened.
	p.handle(lines, "chat_open", func(asked request) (interface{}, error) {
		return true, p.openChat(asked.Person, "person", oneToOne)
	})
	p.handle(lines, "chat_leave", p.leaveChat)
	p.handle(lines, "chat_send", p.sendChat)
	p.handle(lines, "chat_messages", p.chatMessages)
	p.handle(lines, "chats", func(request) (interface{}, error) {
		var chats []chat
		err := p.call(&chats, "shhext_chats")
		listed := []interface{}{}
		for _, chat := range chats {
			listed = append(listed, chat.fields())
		}
		return listed, err
	})
}

func (p *statusPeer) openChat(id, name string, chatType int) error {
	chat := map[string]interface{}{
		"id": id, "name": name, "chatType": chatType, "active": true, "color": "#000000",
	}
	if err := p.call(nil, "shhext_saveChat", chat); err != nil {
		return err
	}
	return p.call(nil, "shhext_join", chat)
}

// leaveChat leaves a public chat. shhext_leave keeps the filter (its condition
// is the wrong way round), so that the chat has to go as well.
func (p *statusPeer) leaveChat(asked request) (interface{}, error) {
	chat := map[string]interface{}{
		"id": asked.Chat, "name": asked.Chat, "chatType": publicChat, "active": false, "color": "#000000",
	}
	if err := p.call(nil, "shhext_leave", chat); err != nil {
		return nil, err
	}
	return true, p.call(nil, "shhext_deleteChat", asked.Chat)
}

func (p *statusPeer) sendChat(asked request) (interface{}, error) {
	// Public chats are called by name here.
	id := asked.Chat
	if id == "" {
		id = asked.Name
	}
	contentType := asked.ContentType
	if contentType == 0 {
		contentType = contentText
	}
	var sent response
	err := p.call(&sent, "shhext_sendChatMessage", map[string]interface{}{
		"chatId": id, "text": asked.Text, "contentType": contentType,
		"responseTo": asked.ResponseTo, "sticker": asked.Sticker,
	})
	if err != nil {
		return nil, err
	}
	if len(sent.Messages) == 0 {
		return nil, errors.New("nothing was sent")
	}
	return sent.Messages[0].fields(), nil
}

// chatMessages are those that the messenger has stored, newest first.
func (p *statusPeer) chatMessages(asked request) (interface{}, error) {
	limit := asked.Limit
	if limit == 0 {
		limit = 100
	}
	var stored struct {
		Messages []chatMessage `json:"messages"`
	}
	if err := p.call(&stored, "shhext_chatMessages", asked.Chat, "", limit); err != nil {
		return nil, err
	}
	listed := []interface{}{}
	for _, message := range stored.Messages {
		listed = append(listed, message.fields())
	}
	return listed, nil
}
