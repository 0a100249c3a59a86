package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// comment is what an agent wrote about a ticket or a contact.
type comment struct {
	ID       string     `json:"id"`
	On       string     `json:"on"` // the ticket or the contact
	AgentID  string     `json:"agentId"`
	Content  string     `json:"content"`
	HTML     bool       `json:"html,omitempty"`
	Public   bool       `json:"public,omitempty"`
	Time     time.Time  `json:"time"`
	Modified *time.Time `json:"modified,omitempty"`
}

const maxComment = 32000

// commentsOn are the comments on a ticket or a contact, oldest first; s.mu is held.
func (s *Server) commentsOn(id string) []*comment {
	out := slices.Clone(s.comments[id])
	slices.SortFunc(out, func(a, b *comment) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	return out
}

// renderComment is a comment as the vendor shows it; those on tickets say besides whether the
// customer sees them.
func (s *Server) renderComment(c *comment, onTicket bool) map[string]any {
	out := map[string]any{"id": c.ID, "content": c.Content, "contentType": "plainText", "encodedContent": nil, "commentedTime": stamp(c.Time),
		"modifiedTime": nil, "commenterId": c.AgentID, "commenter": s.commenter(c.AgentID), "impersonatedUser": nil}
	if c.HTML {
		out["contentType"] = "html"
	}
	if c.Modified != nil {
		out["modifiedTime"] = stamp(*c.Modified)
	}
	if onTicket {
		out["isPublic"], out["attachments"] = c.Public, []any{}
	}
	return out
}

func (s *Server) commenter(id string) any {
	a := s.agents[id]
	if a == nil {
		return nil
	}
	return map[string]any{"id": id, "firstName": a.FirstName, "lastName": a.LastName, "name": a.FirstName + " " + a.LastName, "email": a.Email,
		"photoURL": nil, "roleName": role["name"], "type": "AGENT"}
}

// commented says whether comments can stand on what has the id, and whether it is a ticket; s.mu is
// held.
func (s *Server) commented(c *call, onTicket bool) bool {
	if onTicket {
		return s.tickets[c.PathValue("id")] != nil
	}
	return s.contacts.live[c.PathValue("id")] != nil
}

// listComments serves GET /tickets/{id}/comments and /contacts/{id}/comments, from 0.
func (s *Server) listComments(onTicket bool) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		p, err := c.page(0, 100)
		if err != nil {
			return answer{}, err
		}
		sortBy := c.query.Get("sortBy")
		if strings.TrimPrefix(sortBy, "-") != "commentedTime" && sortBy != "" {
			return answer{}, badParameter("sortBy")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.commented(c, onTicket) {
			return answer{}, notFound()
		}
		all := s.commentsOn(c.PathValue("id"))
		if strings.HasPrefix(sortBy, "-") || sortBy == "" && !onTicket {
			slices.Reverse(all)
		}
		var rows []any
		for _, one := range pageOf(all, p) {
			rows = append(rows, s.renderComment(one, onTicket))
		}
		return data(rows)
	}
}

// getComment serves a comment by its id.
func (s *Server) getComment(onTicket bool) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, one := range s.comments[c.PathValue("id")] {
			if one.ID == c.PathValue("comment") && s.commented(c, onTicket) {
				return ok(s.renderComment(one, onTicket))
			}
		}
		return answer{}, notFound()
	}
}

// addComment serves POST {"content"[,"contentType"][,"isPublic"]}.
func (s *Server) addComment(onTicket bool) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		body, err := c.body()
		if err != nil {
			return answer{}, err
		}
		made := &comment{On: c.PathValue("id"), AgentID: c.agent, HTML: onTicket}
		var wrong []fieldError
		for name, value := range body {
			good := true
			switch name {
			case "content":
				made.Content, good = value.(string)
				good = good && made.Content != "" && len([]rune(made.Content)) <= maxComment
			case "contentType":
				kind, _ := value.(string)
				made.HTML, good = kind == "html", kind == "html" || kind == "plainText"
			case "isPublic":
				made.Public, good = value.(bool)
				good = good && onTicket
			case "attachmentIds":
			default:
				return answer{}, extraParameter(name)
			}
			if !good {
				wrong = append(wrong, invalid("/"+name, "not valid"))
			}
		}
		if body["content"] == nil {
			wrong = append(wrong, missing("/content"))
		}
		if len(wrong) > 0 {
			return answer{}, invalidDataList(wrong)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.commented(c, onTicket) {
			return answer{}, notFound()
		}
		made.ID, made.Time = s.newID(), s.stampNow()
		if err := s.commit(put{kindComment, made.ID, made}); err != nil {
			return answer{}, err
		}
		if onTicket {
			s.announce(c, "Ticket_Comment_Add", s.renderComment(made, true), nil)
		}
		return ok(s.renderComment(made, onTicket))
	}
}

// channels are the vendor's names of channels in threads.
var channels = map[string]string{"Email": "EMAIL", "Phone": "PHONE", "Web": "WEB", "Chat": "ONLINE_CHAT"}

// thread is a ticket's first message, as its customer wrote it: the one that every ticket here has.
// Its id is the ticket's own. s.mu is held.
func (s *Server) thread(t *ticket) map[string]any {
	var author any
	if contact := s.contacts.find(t.ContactID); contact != nil {
		author = map[string]any{"id": contact.ID, "firstName": orNull(contact.Values, "firstName"), "lastName": orNull(contact.Values, "lastName"),
			"name":  strings.TrimSpace(contact.Values["firstName"] + " " + contact.Values["lastName"]),
			"email": orNull(contact.Values, "email"), "photoURL": nil, "type": "END_USER"}
	}
	return map[string]any{"id": t.ID, "author": author, "channel": textOrNull(channels[t.Channel]), "createdTime": stamp(t.Created), "direction": "in", "status": "SUCCESS",
		"summary": textOrNull(t.Description), "contentType": "text/plain", "visibility": "public", "isDescriptionThread": true, "canReply": true, "hasAttach": false,
		"attachmentCount": "0", "actions": []any{}, "aspects": []any{}, "keyWords": []any{}, "sentiment": nil, "source": nil, "channelRelatedInfo": nil,
		"impersonatedUser": nil, "lastRatingIconURL": nil, "readReceipts": nil, "respondedIn": nil}
}

// threads serves GET /tickets/{id}/threads.
func (s *Server) threads(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[c.PathValue("id")]
	if t == nil {
		return answer{}, notFound()
	}
	return data([]any{s.thread(t)})
}

// conversations serves GET /tickets/{id}/conversations: threads and comments, last first.
func (s *Server) conversations(c *call) (answer, error) {
	p, err := c.page(1, 200)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[c.PathValue("id")]
	if t == nil {
		return answer{}, notFound()
	}
	first := s.thread(t)
	first["type"] = "thread"
	rows := []any{first}
	for _, one := range s.commentsOn(t.ID) {
		shown := s.renderComment(one, true)
		delete(shown, "encodedContent")
		delete(shown, "impersonatedUser")
		shown["type"] = "comment"
		rows = append(rows, shown)
	}
	slices.Reverse(rows)
	return data(pageOf(rows, p))
}
