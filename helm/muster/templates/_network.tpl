{{/* A peer: pods of this release's components, a list: (root, components) */}}
{{- define "muster.peers" -}}
{{- range .components }}
- podSelector:
    matchLabels:
      {{- include "muster.selectorLabels" (dict "root" $.root "component" .) | nindent 6 }}
{{- end }}
{{- end -}}

{{/* The port of an address, as `https://host:port/path`; without one that of its scheme. */}}
{{- define "muster.portOf" -}}
{{- $url := urlParse . -}}
{{- if regexMatch ":[0-9]+$" $url.host -}}
{{- regexFind "[0-9]+$" $url.host -}}
{{- else -}}
{{- get (dict "http" "80" "https" "443" "mqtt" "1883" "mqtts" "8883") $url.scheme -}}
{{- end -}}
{{- end -}}

{{/*
The ports of the addresses outside of the release that a component is told, separated by commas: (root, component). What is told
in `env` alone is not seen here.
*/}}
{{- define "muster.externalPorts" -}}
{{- $values := .root.Values -}}
{{- $urls := list -}}
{{- if has .component (list "registry" "ingest" "command" "firmware") -}}
{{- $urls = concat $urls (list $values.tracing.endpoint $values.people.issuer $values.external.serviceIssuer) -}}
{{- if not (include "muster.hasBroker" .root) -}}{{- $urls = append $urls $values.external.broker.url -}}{{- end -}}
{{- if not $values.registry.enabled -}}{{- $urls = append $urls $values.external.registryUrl -}}{{- end -}}
{{- if not $values.ingest.enabled -}}{{- $urls = append $urls $values.external.ingestUrl -}}{{- end -}}
{{- end -}}
{{- if eq .component "ingest" -}}
{{- $urls = concat $urls (list $values.external.uplinkUrl (default "" (get $values.ingest.settings "muster.ingest.broker.url"))) -}}
{{- end -}}
{{- if and (eq .component "firmware") $values.firmware.storage.bucket.name -}}
{{- $urls = append $urls (default "https://s3.amazonaws.com" $values.firmware.storage.bucket.endpoint) -}}
{{- end -}}
{{- if eq .component "broker" -}}{{- $urls = append $urls $values.external.serviceIssuer -}}{{- end -}}
{{- if eq .component "collector" -}}
{{- $urls = concat $urls (list (ternary (printf "grpc://%s" $values.collector.jaeger) "" (ne $values.collector.jaeger "")) $values.collector.prometheus) -}}
{{- end -}}
{{- if eq .component "logs" -}}{{- $urls = append $urls $values.collector.loki -}}{{- end -}}
{{- $ports := list -}}
{{- range compact $urls -}}{{- $ports = append $ports (include "muster.portOf" .) -}}{{- end -}}
{{- $ports | compact | uniq | sortAlpha | join "," -}}
{{- end -}}

{{/*
The policy of one component: (root, component, port, callers, calls). `port` is where callers of this release come in, `metrics`
where Prometheus does and, when it is this release's own, the collector; `calls` are the components that it calls; `brokers`,
`edges` and `api` say who else is let in, `database`, `kubernetes`, `identity` and `extra` what else it reaches; `annotations`.
*/}}
{{- define "muster.networkPolicy" -}}
{{- $root := .root -}}
{{- $policy := $root.Values.networkPolicy -}}
{{- $collected := and $root.Values.collector.enabled $root.Values.collector.prometheus (has .component (list "registry" "ingest" "command" "firmware" "broker")) -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "muster.metadata" (dict "root" $root "component" .component "name" (include "muster.name" .) "wave" "-5" "annotations" .annotations) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "muster.selectorLabels" . | nindent 6 }}
  policyTypes:
    - Ingress
    {{- if $policy.egress.enabled }}
    - Egress
    {{- end }}
  # Nobody, but for those who follow.
  ingress:
    {{- if .callers }}
    - from:
        {{- include "muster.peers" (dict "root" $root "components" .callers) | trim | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .edges $policy.edgesFrom }}
    - from:
        {{- toYaml $policy.edgesFrom | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .brokers $policy.brokersFrom }}
    - from:
        {{- toYaml $policy.brokersFrom | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .api $policy.apiFrom }}
    - from:
        {{- toYaml $policy.apiFrom | nindent 8 }}
      ports:
        - port: {{ .port }}
          protocol: TCP
    {{- end }}
    {{- if and .metrics (or $policy.metricsFrom $collected) }}
    - from:
        {{- with $policy.metricsFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- if $collected }}
        {{- include "muster.peers" (dict "root" $root "components" (list "collector")) | trim | nindent 8 }}
        {{- end }}
      ports:
        - port: {{ .metrics }}
          protocol: TCP
    {{- end }}
    {{- with .ingress }}
    {{- . | trim | nindent 4 }}
    {{- end }}
  {{- if $policy.egress.enabled }}
  egress:
    - to:
        - namespaceSelector: {}
        # NodeLocal DNSCache, where there is one.
        - ipBlock:
            cidr: 169.254.20.10/32
      ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    {{- if .calls }}
    - to:
        {{- include "muster.peers" (dict "root" $root "components" .calls) | trim | nindent 8 }}
    {{- end }}
    {{- if and .database $policy.egress.databaseCidrs }}
    - to:
        {{- range $policy.egress.databaseCidrs }}
        - ipBlock:
            cidr: {{ . }}
        {{- end }}
      ports:
        - port: {{ $root.Values.database.port }}
          protocol: TCP
    {{- end }}
    {{- if .kubernetes }}
    # The cluster's own interface; its address is in no label.
    - ports:
        - port: 443
          protocol: TCP
        - port: 6443
          protocol: TCP
    {{- end }}
    {{- with include "muster.externalPorts" (dict "root" $root "component" .component) }}
    - ports:
        {{- range splitList "," . }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
      {{- with $policy.egress.externalCidrs }}
      to:
        {{- range . }}
        - ipBlock:
            cidr: {{ . }}
        {{- end }}
      {{- end }}
    {{- end }}
    {{- if .identity }}
    # The agent of its node, which gives a pod its identity (EKS Pod Identity).
    - to:
        - ipBlock:
            cidr: 169.254.170.23/32
      ports:
        - port: 80
          protocol: TCP
    {{- end }}
    {{- if .extra }}
    {{- with $policy.egress.extra }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/* What edges call at this hub, separated by commas. */}}
{{- define "muster.exposed" -}}
{{- $components := without (compact (splitList "," (include "muster.services" .))) "command" "firmware" -}}
{{- if include "muster.hasBroker" . -}}{{- $components = append $components "broker" -}}{{- end -}}
{{- join "," $components -}}
{{- end -}}

{{/* The networks that load balancers of hub.expose let in, separated by commas: those that are said, or else those of the edges. */}}
{{- define "muster.edgeRanges" -}}
{{- $ranges := default list .Values.hub.expose.loadBalancerSourceRanges -}}
{{- if not $ranges -}}
{{- range .Values.networkPolicy.edgesFrom -}}{{- with .ipBlock -}}{{- $ranges = append $ranges .cidr -}}{{- end -}}{{- end -}}
{{- end -}}
{{- join "," $ranges -}}
{{- end -}}
