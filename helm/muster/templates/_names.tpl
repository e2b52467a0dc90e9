{{/*
Names. All begin with a letter and leave room for what is appended, whatever the release is called.
*/}}
{{- define "muster.fullname" -}}
{{- $chart := default .Chart.Name .Values.nameOverride -}}
{{- $wanted := .Values.fullnameOverride -}}
{{- if not $wanted -}}
{{- $wanted = ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name) -}}
{{- end -}}
{{- $name := regexReplaceAll "[^a-z0-9-]" (lower $wanted) "-" | trimAll "-" -}}
{{- if not (regexMatch "^[a-z]" $name) -}}{{- $name = printf "m-%s" $name -}}{{- end -}}
{{- if gt (len $name) 36 -}}
{{- $name = printf "%s-%s" (trunc 29 $name | trimSuffix "-") (sha256sum $wanted | trunc 6) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* (root, component) */}}
{{- define "muster.name" -}}
{{- printf "%s-%s" (include "muster.fullname" .root) .component -}}
{{- end -}}

{{/* The name of a component's Service within the cluster: (root, component) */}}
{{- define "muster.host" -}}
{{- printf "%s.%s.svc" (include "muster.name" .) .root.Release.Namespace -}}
{{- end -}}

{{/* All names of a component in its certificate, a list: (root, component) */}}
{{- define "muster.hosts" -}}
{{- $name := include "muster.name" . -}}
{{- $namespace := .root.Release.Namespace -}}
- {{ $name }}
- {{ $name }}.{{ $namespace }}
- {{ $name }}.{{ $namespace }}.svc
- {{ $name }}.{{ $namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- range default list (get .root.Values.tls.internal.hostnames .component) }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* (root, component) */}}
{{- define "muster.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* (root, component) */}}
{{- define "muster.labels" -}}
{{ include "muster.selectorLabels" . }}
app.kubernetes.io/part-of: muster
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of a pod. The chart's version is not among them: a change of it alone restarts nothing. */}}
{{- define "muster.podLabels" -}}
{{ include "muster.selectorLabels" . }}
app.kubernetes.io/part-of: muster
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The metadata of an object: (root, component, name, wave, annotations). `wave` is the sync wave of Argo CD. Labels come last, so
that more may follow.
*/}}
{{- define "muster.metadata" -}}
{{- include "muster.validate" .root -}}
{{- $annotations := merge (dict) (default (dict) .annotations) .root.Values.commonAnnotations -}}
{{- if and .root.Values.argocd.syncWaves .wave -}}
{{- $_ := set $annotations "argocd.argoproj.io/sync-wave" .wave -}}
{{- end -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "muster.labels" . | nindent 2 }}
{{- end -}}

{{/* An image: (root, image, name). `name` is that of one of Muster's own. */}}
{{- define "muster.image" -}}
{{- $common := .root.Values.image -}}
{{- $repository := default (printf "%s/%s" $common.repository .name) .image.repository -}}
{{- $registry := default $common.registry .image.registry -}}
{{- $tag := default (default .root.Chart.AppVersion $common.tag) .image.tag -}}
{{- if eq (default "" .variant) "native" -}}{{- $tag = printf "%s-native" $tag -}}{{- end -}}
{{- if .image.digest -}}
{{- printf "%s/%s@%s" $registry $repository .image.digest -}}
{{- else -}}
{{- printf "%s/%s:%s" $registry $repository $tag -}}
{{- end -}}
{{- end -}}

{{/* A service's image and port: YAML of a map, by its name. */}}
{{- define "muster.facts" -}}
{{- $facts := dict
  "registry" (dict "image" "device-registry" "port" 8081)
  "ingest" (dict "image" "ingest-service" "port" 8082)
  "command" (dict "image" "command-service" "port" 8083)
  "firmware" (dict "image" "firmware-service" "port" 8084) -}}
{{- get $facts . | toYaml -}}
{{- end -}}

{{/* Whether services speak HTTPS with each other, the ingress and Prometheus: "true" or nothing. */}}
{{- define "muster.speaksHttps" -}}
{{- if .Values.tls.services.enabled -}}true{{- end -}}
{{- end -}}

{{/* Which of the four run here, separated by commas. */}}
{{- define "muster.services" -}}
{{- $running := list -}}
{{- range $name := list "registry" "ingest" "command" "firmware" -}}
{{- if (get $.Values $name).enabled -}}{{- $running = append $running $name -}}{{- end -}}
{{- end -}}
{{- join "," $running -}}
{{- end -}}

{{/* Whether the chart's own issuer is needed: "true" or nothing. */}}
{{- define "muster.hasIssuer" -}}
{{- $ownPeople := not .Values.people.issuer -}}
{{- $ownServices := not .Values.external.serviceIssuer -}}
{{- $ownCertificates := eq .Values.tls.internal.provider "issuer" -}}
{{- if or $ownPeople $ownServices $ownCertificates (include "muster.endpointCertificateByIssuer" .) (include "muster.updatesCertificateByIssuer" .) -}}true{{- end -}}
{{- end -}}

{{/* Whether `helm test` has something to do: "true" or nothing. It needs an administrator's token, and devices' port for itself. */}}
{{- define "muster.hasTest" -}}
{{- $hasToken := or (not .Values.people.issuer) .Values.tests.tokenSecret -}}
{{- if and .Values.tests.enabled $hasToken .Values.registry.enabled .Values.ingest.enabled .Values.endpoint.mqtts.enabled (not .Values.endpoint.proxyProtocol.enabled) -}}true{{- end -}}
{{- end -}}

{{- define "muster.hasDatabase" -}}
{{- if and .Values.database.bundled.enabled (not .Values.database.host) -}}true{{- end -}}
{{- end -}}

{{- define "muster.hasBroker" -}}
{{- if and .Values.broker.enabled (not .Values.external.broker.url) -}}true{{- end -}}
{{- end -}}
