package main

import (
	"encoding/json"

	"github.com/golang/protobuf/proto"
	"github.com/vacp2p/mvds/protobuf"
)

// A payload in JSON, bytes in hex.
type payload struct {
	Acks     []string  `json:"acks"`
	Offers   []string  `json:"offers"`
	Requests []string  `json:"requests"`
	Messages []message `json:"messages"`
}

type message struct {
	Group     string `json:"group"`
	Timestamp int64  `json:"timestamp"`
	Body      string `json:"body"`
	// Told by decode, ignored by encode.
	ID string `json:"id"`
}

// encode gives the bytes of a payload.
func encode(params json.RawMessage) (interface{}, error) {
	var request payload
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	var wire protobuf.Payload
	for _, list := range []struct {
		from []string
		to   *[][]byte
	}{{request.Acks, &wire.Acks}, {request.Offers, &wire.Offers}, {request.Requests, &wire.Requests}} {
		for _, text := range list.from {
			id, err := fromHex(text)
			if err != nil {
				return nil, err
			}
			*list.to = append(*list.to, id)
		}
	}
	for _, message := range request.Messages {
		group, err := fromHex(message.Group)
		if err != nil {
			return nil, err
		}
		body, err := fromHex(message.Body)
		if err != nil {
			return nil, err
		}
		wire.Messages = append(wire.Messages, &protobuf.Message{
			GroupId:   group,
			Timestamp: message.Timestamp,
			Body:      body,
		})
	}
	encoded, err := proto.Marshal(&wire)
	return map[string]string{"payload": toHex(encoded)}, err
}

// decode tells what bytes hold, with the ids of the messages.
func decode(params json.RawMessage) (interface{}, error) {
	var request struct {
		Payload string `json:"payload"`
	}
	if err := json.Unmarshal(params, &request); err != nil {
		return nil, err
	}
	encoded, err := fromHex(request.Payload)
	if err != nil {
		return nil, err
	}
	var wire protobuf.Payload
	if err := proto.Unmarshal(encoded, &wire); err != nil {
		return nil, err
	}
	told := payload{
		Acks:     allHex(wire.Acks),
		Offers:   allHex(wire.Offers),
		Requests: allHex(wire.Requests),
		Messages: []message{},
	}
	for _, each := range wire.Messages {
		id := each.ID()
		told.Messages = append(told.Messages, message{
			Group:     toHex(each.GroupId),
			Timestamp: each.Timestamp,
			Body:      toHex(each.Body),
			ID:        toHex(id[:]),
		})
	}
	return told, nil
}

func allHex(ids [][]byte) []string {
	all := []string{}
	for _, id := range ids {
		all = append(all, toHex(id))
	}
	return all
}
